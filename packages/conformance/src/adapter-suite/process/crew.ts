import type { ChildProcess } from "node:child_process";
import type { Printed } from "./order.ts";

/** One process of the suite. */
export interface Crew {
  readonly child: ChildProcess;
  busy: boolean;
  orders: number;
  /** What it has printed since its last order began. */
  printed: Printed;
}

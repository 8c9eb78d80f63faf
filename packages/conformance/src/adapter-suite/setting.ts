import type { Duration, GateOptions, JsonObject, Policy, Reviewer, StandardSchemaV1, Timings } from "@countersign/core";
import type { Case } from "../contract/case.ts";
import type { Capability, Scenario } from "../contract/harness.ts";
import type { Stage } from "./stage.ts";

export type Turn = Scenario["turns"][number];
export type Call = Extract<Turn, { calls: unknown }>["calls"][number];

/** A tool as a case declares it: every process makes its own of it. */
export interface ToolSpec {
  readonly name: string;
  readonly args: StandardSchemaV1;
  /** It is offered to the model without the gate around it: by mistake, or named in the runner's `ungated`. */
  readonly ungated?: "forgotten" | "meant";
  /** What it answers once its effect is on record; may throw, may take its time. Default: `ran <tool>`. */
  readonly answer?: (args: JsonObject, perRun: JsonObject | undefined) => unknown;
  /** In ms: the framework's own. */
  readonly timeout?: number;
  readonly hosted?: true;
}

/** What every process of a case is built from. The policy's type is whatever its tools make it. */
export interface Setting {
  readonly tools: readonly ToolSpec[];
  readonly turns: readonly Turn[];
  readonly policy: Policy;
  readonly timings?: Timings;
  /** In place of `timings`, in a process that dies during its step. */
  readonly dying?: Timings;
  readonly limits?: NonNullable<GateOptions["limits"]>;
  /** Asked in the process that runs the agent. */
  readonly reviewer?: Reviewer;
  readonly reviewWithin?: Duration;
  readonly subagents?: readonly {
    readonly name: string;
    readonly turns: readonly Turn[];
  }[];
  readonly around?: NonNullable<Scenario["around"]>;
  readonly check?: NonNullable<Scenario["check"]>;
  readonly perRun?: NonNullable<Scenario["perRun"]>;
  readonly gatedTwice?: true;
  readonly structured?: StandardSchemaV1;
}

/** A promise of adapters. Processes rebuild its setting from the case's id, so it is code and not data. */
export interface AdapterCase extends Case<Stage, Capability> {
  /**
   * `variant`: how the world differs for one step, `""` for not at all. `evaluated`: a condition that counts itself calls this
   * each time, in whatever process it is evaluated.
   */
  setting(variant: string, evaluated?: () => void): Setting;
  /** It also makes sense without Countersign: a framework's own approvals can be judged by it. */
  readonly native?: boolean;
}

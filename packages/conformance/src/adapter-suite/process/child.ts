/** A process of the suite: takes orders from its parent, one at a time, until it is told to go or dies of one. @module */
import { carryOut } from "./carry-out.ts";
import type { Order } from "./order.ts";

process.on("message", (order: Order) => {
  void carryOut(order).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit(0));

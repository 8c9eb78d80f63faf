/** A process of the suite: takes orders from its parent, one at a time, until it is told to go or dies of one. @module */
import { flushCompileCache } from "node:module";
import { loadDefault } from "../../run/load.ts";
import { carryOut } from "./carry-out.ts";
import type { Order } from "./order.ts";

const [harness] = process.argv.slice(2);
// Before somebody waits for it. What is wrong with it, the order says that needs it.
if (harness !== undefined) void loadDefault(harness).catch(() => {});

process.on("message", (order: Order) => {
  void carryOut(order).then((answer) => {
    process.send?.(answer);
    // A process that is killed writes nothing on its way out.
    flushCompileCache();
  });
});
process.on("disconnect", () => process.exit(0));

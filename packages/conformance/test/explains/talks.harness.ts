import { miniHarness } from "../mini/harness.ts";

const broken = miniHarness("executes-twice");

/** An adapter that pays twice, and whose framework prints. */
export default {
  ...broken,
  open: async (...[scenario, gate, dir]: Parameters<typeof broken.open>) => {
    process.stdout.write("the framework says hello\n");
    process.stderr.write("the framework complains\n");
    return broken.open(scenario, gate, dir);
  },
};

import { harnessOf } from "../store-mutants/harness.ts";

const broken = harnessOf("not-atomic");

/** A store that writes half batches, and prints in the processes of its own. */
export default {
  ...broken,
  open: async (location: string) => {
    if (process.send === undefined) process.stderr.write("the store opens its file\n");
    return broken.open(location);
  },
};

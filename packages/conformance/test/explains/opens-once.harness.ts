import { harnessOf } from "../store-mutants/harness.ts";

const sound = harnessOf("");

/** A store that no other process can open. */
export default {
  ...sound,
  open: async (location: string) => {
    if (process.send !== undefined) return sound.open(location);
    throw new Error("the file is locked", { cause: new Error("EAGAIN") });
  },
};

import { harnessOf } from "../store-mutants/harness.ts";

const sound = harnessOf("");

/** A store that works until it is closed. */
export default {
  ...sound,
  open: async (location: string) => ({
    ...(await sound.open(location)),
    close: () => {
      throw new Error("the socket is gone");
    },
  }),
};

import { miniHarness } from "../mini/harness.ts";

/** A harness that can't make its agent. */
export default {
  ...miniHarness(),
  open: async () => {
    throw new Error("MODEL_KEY is not set");
  },
};

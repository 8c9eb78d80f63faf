import { miniHarness } from "../mini/harness.ts";

const sound = miniHarness();

/** A harness that can't tell what the model was shown. */
export default {
  ...sound,
  open: async (...[scenario, gate, dir]: Parameters<typeof sound.open>) => ({
    ...(await sound.open(scenario, gate, dir)),
    transcript: async () => {
      throw new Error("no such conversation");
    },
  }),
};

import { miniHarness } from "../mini/harness.ts";

/** A harness whose process dies of a rejection that nobody handles. */
export default {
  ...miniHarness(),
  open: async () => {
    const refused = new Error("connection refused");
    const lost = new Error("connection lost", { cause: refused });
    void Promise.reject(new TypeError("the queue is gone", { cause: lost }));
    return new Promise<never>(() => {});
  },
};

import { expect, it } from "vitest";
import { runChaos } from "./run.ts";

/** The short version of `pnpm chaos`. */
it("completes every thread with each effect once, while the database and the processes are killed", async () => {
  const threads = 60;
  const result = await runChaos({ threads, seed: 1, spread: 10_000, killEvery: 2_000 });
  expect(result.broken).toEqual([]);
  expect(result).toMatchObject({ closed: threads, requests: threads, effects: threads * 0.9 });
  // How many times depends on how fast the machine starts a server again.
  expect(result.serverKills).toBeGreaterThan(0);
  expect(result.processKills).toBeGreaterThan(0);
}, 180_000);

import { expect, it } from "vitest";
import { runChaos } from "./run.ts";

/** The short version of `pnpm chaos`. */
it("completes every thread with each effect once, while the database and the processes are killed", async () => {
  const threads = 60;
  const result = await runChaos({ threads, seed: 1, spread: 10_000, killEvery: 2_000 });
  expect(result.broken).toEqual([]);
  expect(result).toMatchObject({ closed: threads, requests: threads, effects: threads * 0.9 });
  expect(result.serverKills).toBeGreaterThanOrEqual(3);
  expect(result.processKills).toBeGreaterThan(0);
}, 180_000);

import { bundleChildren } from "@countersign/test-run";
import { describe, expect, it, type TestContext } from "vitest";
import { crewAt, PROGRAM, type Crew } from "./crew.ts";

/** Workers in processes of their own on one store, whatever that is. Each test has a store of its own. */
export async function testWorkers(name: string, postgres: () => string | undefined): Promise<void> {
  await bundleChildren([PROGRAM]);
  const crew = (context: TestContext): Crew => crewAt(postgres(), context);
  const isClosed =
    ({ thread }: Crew, id: string) =>
    async () =>
      (await thread(id))?.state === "closed";

  describe.concurrent(`workers on ${name}`, () => {
    it("resume each thread once, woken by the decision alone", async (context) => {
      const { hire, ask, sign, effects, thread, until, verify } = crew(context);
      const ids = Array.from({ length: 40 }, (_, n) => `t${n}`);
      const requests = await Promise.all(ids.map((id) => ask(id, { linger: 20 })));
      // The first sweep of a worker comes at its start; the next one long after this test.
      const workers = await Promise.all([1, 2, 3].map(() => hire({ concurrency: 2, sweepEvery: "1h", patient: true })));
      await Promise.all(requests.map(sign));
      await until("all done", async () => (await Promise.all(ids.map(thread))).every((found) => found?.state === "closed"));
      expect(effects().map(({ key }) => key).sort()).toEqual(requests.map(({ id }) => id).sort()); // prettier-ignore
      expect(new Set(effects().map(({ pid }) => pid)).size).toBeGreaterThan(1);
      expect(workers.flatMap((worker) => worker.heard({ failed: "" }))).toEqual([]);
      expect(await verify()).toMatchObject({ subjects: 82 });
    });

    it("take over from one that was killed before its effect, once its lease is over", async (context) => {
      const each = crew(context);
      const first = await each.hire({ concurrency: 1 });
      const request = await each.ask("t", { look: 1_500 });
      await each.sign(request);
      await first.says({ looking: true });
      await first.end("SIGKILL");
      expect(each.effects()).toEqual([]);
      const second = await each.hire();
      await each.until("taken over", isClosed(each, "t"));
      expect(each.effects()).toMatchObject([{ key: request.id, attempt: 1, pid: second.pid }]);
    });

    it("find the execution of one that was killed in its effect unknown, and repeat it only if a person says so", async (context) => {
      const each = crew(context);
      const first = await each.hire({ concurrency: 2 });
      const requests = [await each.ask("executed", { linger: 60_000 }), await each.ask("retried", { linger: 60_000 })] as const;
      for (const request of requests) await each.sign(request);
      await each.until("both paid", () => each.effects().length === 2);
      await first.end("SIGKILL");
      await each.hire();
      for (const request of requests) await each.until("unknown", async () => (await each.look(request)) === "unknown");
      await each.settle(requests[0], { executed: "paid" });
      await each.settle(requests[1], { retry: true });
      await each.until("gone on", isClosed(each, "executed"));
      await each.until("paid again", () => each.effects().length === 3);
      expect(each.effects().filter(({ key }) => key === requests[0].id)).toHaveLength(1);
      expect(each.effects().at(-1)).toMatchObject({ key: requests[1].id, attempt: 2 });
    });

    it("repeat an idempotent call of one that was killed in its effect, with the same key", async (context) => {
      const each = crew(context);
      const first = await each.hire();
      const request = await each.ask("t", { tool: "repay", linger: 1_500 });
      await each.sign(request);
      await first.says({ paid: 1_500 });
      await first.end("SIGKILL");
      await each.hire();
      await each.until("repeated", isClosed(each, "t"));
      const [before, after, ...more] = each.effects();
      expect([before?.key, after?.key, more.length]).toEqual([request.id, request.id, 0]);
      expect(before?.attempt).toBe(1);
      // A claim that a busy machine gave back unstarted counts as well.
      expect(after?.attempt).toBeGreaterThan(1);
    });

    it("fence off one that stood still past its lease, and it stays of use", async (context) => {
      const each = crew(context);
      const frozen = await each.hire({ concurrency: 1 });
      const request = await each.ask("t", { look: 1_500 });
      await each.sign(request);
      await frozen.says({ looking: true });
      frozen.signal("SIGSTOP");
      const other = await each.hire();
      await other.says({ looking: true });
      // It wakes while nobody has claimed the payment yet: nothing but its lost lease keeps it from paying.
      frozen.signal("SIGCONT");
      await frozen.says({ failed: "t", code: "LEASE_LOST" });
      await each.until("gone on elsewhere", isClosed(each, "t"));
      const { outcome, lastError } = (await each.thread("t")) ?? {};
      expect([outcome?.text, lastError]).toEqual(["done", undefined]);
      await other.end("SIGTERM");
      await each.sign(await each.ask("next"));
      await each.until("still of use", isClosed(each, "next"));
      expect(each.effects()).toMatchObject([{ threadId: "t", pid: other.pid }, { threadId: "next", pid: frozen.pid }]); // prettier-ignore
    });

    it("take a late receipt from one that stood still in its effect", async (context) => {
      const each = crew(context);
      const frozen = await each.hire({ concurrency: 1 });
      const request = await each.ask("t", { linger: 1_500 });
      await each.sign(request);
      await frozen.says({ paid: 1_500 });
      frozen.signal("SIGSTOP");
      await each.hire();
      await each.until("unknown", async () => (await each.look(request)) === "unknown");
      frozen.signal("SIGCONT");
      await each.until("done after all", async () => (await each.look(request)) === "done");
      await each.until("gone on", isClosed(each, "t"));
      expect(each.effects()).toHaveLength(1);
    });

    it("expire what nobody touches, also without a runner for it", async (context) => {
      const each = crew(context);
      const pending = await each.ask("pending", { tool: "soon" });
      const approved = await each.ask("approved", { tool: "soon" });
      await each.sign(approved);
      await each.hire({ sweeps: true });
      for (const request of [pending, approved]) await each.until("expired", async () => (await each.look(request)) === "expired");
      await each.hire();
      for (const id of ["pending", "approved"]) await each.until("gone on", isClosed(each, id));
      expect(each.effects()).toEqual([]);
    });

    it("leave a thread that keeps failing for a while, and work on the others", async (context) => {
      const each = crew(context);
      const worker = await each.hire({ concurrency: 1 });
      await each.sign(await each.ask("poison", { poison: true }));
      await worker.says({ failed: "poison" });
      const ids = Array.from({ length: 10 }, (_, n) => `t${n}`);
      for (const id of ids) await each.sign(await each.ask(id));
      for (const id of ids) await each.until("the others", isClosed(each, id));
      await each.until("several tries", () => worker.heard({ failed: "poison" }).length >= 3);
      const { attempts, lastError } = (await each.thread("poison")) ?? {};
      expect(attempts).toBeGreaterThanOrEqual(3);
      expect(lastError).toBe("the provider refuses this conversation");
      const happened = await each.history("poison");
      const rests = happened.flatMap(({ type, at }, index) => (type === "failed" ? [(happened[index + 1]?.at ?? Infinity) - at] : []));
      for (const [times, rest] of rests.entries()) expect(rest).toBeGreaterThanOrEqual(200 * 2 ** times);
      expect(each.effects()).toHaveLength(11);
    });

    it("finish what is under way when they are told to stop", async (context) => {
      const each = crew(context);
      const worker = await each.hire({ concurrency: 1, patient: true });
      const request = await each.ask("t", { linger: 1_500 });
      await each.sign(request);
      await worker.says({ paid: 1_500 });
      const other = await each.ask("other");
      await each.sign(other);
      await worker.end("SIGTERM");
      expect(worker.exitCode).toBe(0);
      expect(await each.thread("t")).toMatchObject({ state: "closed", outcome: { text: "done" } });
      expect(await each.look(other)).toBe("none");
    });
  });
}

// Somebody with access to the file changes history. Each way is found.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { approve, createGate, definePolicy, isCountersignError, type ApprovalRequest, type Gate } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import { sqliteStore } from "@countersign/sqlite";
import { sha256 } from "../model/digest.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const policy = definePolicy({ tools: { pay: "ask" } });
let folder = "";
let gate: Gate;
let request: ApprovalRequest;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-audit-"));
  gate = createGate({ policy, store: sqliteStore(join(folder, "x.db")) });
  const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 1 } });
  if (approval.status !== "pending") throw new Error(approval.status);
  request = approval.request;
  await gate.decide(request, approve(), { by: { id: "alice" } });
  await gate.execute({ id: request.id, args: {} }, () => "paid");
});
afterEach(async () => {
  await gate.store.close();
  rmSync(folder, { recursive: true });
});

function tamper(sql: string): void {
  const file = new DatabaseSync(join(folder, "x.db"));
  file.exec(sql.replaceAll("$id", `'${request.id}'`));
  file.close();
}
const broken = () => gate.verify().then(() => undefined, (error: unknown) => (isCountersignError(error, "AUDIT_BROKEN") ? error.details : error)); // prettier-ignore

describe("the audit trail", () => {
  it("is whole, and says who signed what and when", async () => {
    expect(await gate.verify()).toEqual({ events: 6, subjects: 3 });
    const events = await Array.fromAsync(gate.history(request.id));
    expect(events.map(({ type }) => type)).toEqual(["asked", "approved", "claimed", "done"]);
    expect(events[0]).toMatchObject({ data: { tool: "pay", args: { amount: 1 }, terms: {}, expiresAt: request.expiresAt } });
    const { digest } = request.proposal;
    expect(events[1]).toMatchObject({ actor: { id: "alice" }, data: { state: "approved", decisions: [{ by: { id: "alice" }, digest }] } });
    expect(events[3]).toMatchObject({ data: { result: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } } });
  });

  it.each<[string, string, number]>([
    [
      "other arguments in an event",
      `UPDATE events SET event = replace(event, '"amount":1', '"amount":9') WHERE subject = $id AND seq = 1`,
      1,
    ],
    ["another signer", `UPDATE events SET event = replace(event, 'alice', 'mallo') WHERE subject = $id AND seq = 2`, 2],
    ["a missing event", "DELETE FROM events WHERE subject = $id AND seq = 2", 3],
    ["a cut tail", "DELETE FROM events WHERE subject = $id AND seq > 2", 2],
    ["a missing chain", "DELETE FROM events WHERE subject = $id", 0],
    ["a swapped order", "UPDATE events SET position = 100 - seq WHERE subject = $id", 4],
    [
      "a record whose state was changed",
      `UPDATE requests SET record = replace(record, '"state":"done"', '"state":"failed"') WHERE id = $id`,
      4,
    ],
    ["a record whose arguments were changed", `UPDATE requests SET record = replace(record, '"amount":1', '"amount":9') WHERE id = $id`, 4],
    ["a removed record", "DELETE FROM requests WHERE id = $id", 4],
  ])("finds %s", async (_, sql, seq) => {
    tamper(sql);
    expect(await broken()).toMatchObject({ subject: request.id, seq });
  });

  it("keeps arguments that were changed in the file from running", async () => {
    const approval = await gate.ask({ threadId: "t", key: "k2", tool: "pay", args: { amount: 2 } });
    if (approval.status !== "pending") throw new Error(approval.status);
    await gate.decide(approval.request, approve(), { by: { id: "alice" } });
    tamper(`UPDATE requests SET record = replace(record, '"amount":2', '"amount":9') WHERE id = '${approval.id}'`);
    const ran: unknown[] = [];
    await expect(gate.execute({ id: approval.id, args: {} }, (args) => ran.push(args))).rejects.toMatchObject({ code: "AUDIT_BROKEN" });
    expect(ran).toEqual([]);
  });
});

describe("the audit trail after a purge", () => {
  let other = "";

  /** Purged: the request, and a thread that went through a run. Not purged: another request, and another run's thread. */
  beforeEach(async () => {
    const run = async (threadId: string) => {
      const thread = openThread(gate, { threadId, agent: "a", framework: "f" });
      const [{ id } = { id: "" }] = await thread.suspend([{ turnId: "m", callId: "c", tool: "pay", args: {} }], null);
      await gate.cancel(id, { by: { id: "alice" }, reason: "no" });
      await thread.release("completed");
    };
    await run("purged");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await gate.purge({ olderThan: 10, by: { id: "retention", kind: "service" } })).toEqual({ requests: 2, threads: 1 });
    await run("kept");
    const approval = await gate.ask({ threadId: "t", key: "k2", tool: "pay", args: { amount: 2 } });
    if (approval.status !== "pending") throw new Error(approval.status);
    await gate.decide(approval.request, approve(), { by: { id: "alice" } });
    await gate.execute({ id: approval.id, args: {} }, () => "paid");
    other = approval.id;
  });

  it("is whole", async () => {
    expect(await gate.verify()).toEqual({ events: 3 + 1 + 4 + 2 + 2 + 1, subjects: 8 });
  });

  it.each<[string, string, string, number]>([
    ["a stub that says it ended otherwise", `UPDATE requests SET record = replace(record, '"was":"done"', '"was":"rejected"') WHERE id = $id`, "$id", 5], // prettier-ignore
    ["a stub of other arguments", `UPDATE requests SET record = replace(record, '"digest":"', '"digest":"0') WHERE id = $id`, "$id", 5],
    ["a stub that says it was never purged", `UPDATE requests SET record = replace(record, '"state":"purged"', '"state":"done"') WHERE id = $id`, "$id", 5], // prettier-ignore
    [
      "a purge of something else",
      `UPDATE events SET event = replace(event, '"was":"done"', '"was":"failed"') WHERE subject = $id`,
      "$id",
      5,
    ],
    ["a missing purge", "DELETE FROM events WHERE subject = $id", "$id", 0],
    ["a missing stub", "DELETE FROM requests WHERE id = $id", "$id", 5],
    ["a cut beginning", "DELETE FROM events WHERE subject = $other AND seq < 3", "$other", 3],
    ["a cut beginning that poses as a purge", `DELETE FROM events WHERE subject = $other AND seq < 4; UPDATE events SET event = replace(event, '"type":"done"', '"type":"purged"') WHERE subject = $other`, "$other", 4], // prettier-ignore
    ["a live request that poses as purged", `UPDATE requests SET record = replace(record, '"state":"done"', '"state":"purged"') WHERE id = $other`, "$other", 4], // prettier-ignore
    ["a thread's cut beginning", "DELETE FROM events WHERE subject = 'thread/kept' AND seq < 2", "thread/kept", 2],
    ["a purged thread that knows nothing of it", `UPDATE threads SET record = replace(record, '"purgedSeq":3', '"purgedSeq":2') WHERE id = 'purged'`, "thread/purged", 3], // prettier-ignore
  ])("finds %s", async (_, sql, subject, seq) => {
    const named = (text: string, quote = ""): string => text.replaceAll("$other", `${quote}${other}${quote}`);
    tamper(named(sql, "'"));
    expect(await broken()).toMatchObject({ subject: named(subject).replaceAll("$id", request.id), seq });
  });

  it("finds a well-made purge in the place of a live request's beginning", async () => {
    const last = (await Array.fromAsync(gate.history(other))).at(-1);
    if (!last) throw new Error("no events");
    const { hash, ...event } = { ...last, type: "purged" };
    const forged = { ...event, hash: sha256(event) };
    tamper(`DELETE FROM events WHERE subject = '${other}' AND seq < 4;
      UPDATE events SET event = '${JSON.stringify(forged)}' WHERE subject = '${other}';
      UPDATE requests SET record = replace(record, '${hash}', '${forged.hash}') WHERE id = '${other}'`);
    expect(await broken()).toMatchObject({ subject: other, seq: 4 });
  });
});

describe("the trail of a grant", () => {
  const grants = definePolicy({ tools: { pay: { ask: true, review: { remember: ["tool"] } } } });

  /** One grant of three uses, of which one is taken. Answers its id. */
  async function granted(): Promise<string> {
    const gated = createGate({ policy: grants, store: gate.store });
    const ask = (key: string) => gated.ask({ threadId: "t", key, tool: "pay", args: { amount: 2 } });
    const first = await ask("g1");
    if (first.status !== "pending") throw new Error(first.status);
    await gated.decide(first.request, approve({ remember: { scope: "tool", times: 3 } }), { by: { id: "alice" } });
    await ask("g2");
    return (await gate.grants())[0]?.id ?? "";
  }

  it("is whole, and counts as a chain of its own", async () => {
    await granted();
    expect(await gate.verify()).toMatchObject({ subjects: 6 });
  });

  it.each<[string, string, number]>([
    ["a grant that was widened", `UPDATE grants SET record = replace(record, '"threadId":"t"', '"threadId":"u"')`, 1],
    ["uses that were added to one that was used", "UPDATE grants SET uses = uses + 1", 1],
    ["more uses than it was given for", "UPDATE grants SET uses = 4", 1],
    ["a revocation that was taken back", `UPDATE grants SET record = replace(record, '"revokedAt":', '"was":')`, 2],
    ["a missing chain", "DELETE FROM events WHERE subject = $grant", 0],
    ["a removed grant", "DELETE FROM grants", 1],
  ])("finds %s", async (what, sql, seq) => {
    const id = await granted();
    if (what.includes("revocation")) await gate.revokeGrant(id, { by: { id: "alice" } });
    tamper(sql.replaceAll("$grant", `'grant/${id}'`));
    expect(await broken()).toMatchObject({ subject: `grant/${id}`, seq });
  });
});

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ApprovalRequest, AuditEvent, Gate, JsonObject } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { brief } from "../explain/brief.ts";
import type { EffectRecord } from "./effects.ts";
import type { Answer } from "./process/order.ts";
import type { Setting } from "./setting.ts";

/** What must be so at the end of every case, whatever happened in it: effects and audit trail tell the same story. */
export async function judge(gate: Gate, setting: Setting, effects: readonly EffectRecord[], answers: readonly Answer[]): Promise<void> {
  await gate.verify();
  const requests = await allRequests(gate);
  const known = new Map(requests.map((request) => [request.id, request]));
  const { ours = [], theirs = [] } = Object.groupBy(effects, ({ tool }) => (isHosted(setting, tool) ? "theirs" : "ours"));
  for (const effect of ours) if (!known.has(effect.key ?? "")) assertAllowed(setting, effect);
  assertHandedOver(setting, theirs, requests);
  for (const request of requests) {
    await assertSigned(gate, setting, request, ours.filter(({ key }) => key === request.id)); // prettier-ignore
  }
  for (const { transcript } of answers) {
    assertPaired(transcript);
    assertNoToken(transcript, requests);
  }
}

export async function allRequests(gate: Gate): Promise<readonly ApprovalRequest[]> {
  const found: ApprovalRequest[] = [];
  for (let after: string | undefined; ;) {
    const page = await gate.list({ limit: 1_000, ...(after === undefined ? {} : { after }) });
    found.push(...page.items);
    if (page.next === undefined) return found;
    after = page.next;
  }
}

export function historyOf(gate: Gate, id: string): Promise<readonly AuditEvent[]> {
  return Array.fromAsync(gate.history(id));
}

function assertAllowed({ policy, tools }: Setting, { tool, args, key }: EffectRecord): void {
  if (tools.some(({ name, ungated }) => name === tool && ungated === "meant")) return;
  const { type } = policy.check({ tool, args, requestedBy: { id: "bob" } });
  if (type === "allow") return;
  const why = key === undefined ? "It had no idempotency key, so it was called outside thread.execute." : `No request has its idempotency key ${key}.`; // prettier-ignore
  assert.fail(`${tool} ran with ${brief(args)}, and nobody was asked, though the policy says "${type}". ${why}`);
}

function isHosted({ tools }: Setting, tool: string): boolean {
  return tools.some(({ name, hosted }) => name === tool && hosted);
}

/** A provider runs what was handed over to it, and knows nothing of keys: each of its effects has a signed call of its own. */
function assertHandedOver(setting: Setting, effects: readonly EffectRecord[], requests: readonly ApprovalRequest[]): void {
  const left = requests.filter(({ status }) => status === "approved");
  for (const effect of effects) {
    const at = left.findIndex(({ tool, args }) => tool === effect.tool && isDeepStrictEqual(plain(args), plain(effect.args)));
    if (at < 0) assertAllowed(setting, effect);
    else left.splice(at, 1);
  }
}

/** An effect of a request has its signature, its arguments, and a claim of its own. */
async function assertSigned(gate: Gate, setting: Setting, request: ApprovalRequest, effects: readonly EffectRecord[]): Promise<void> {
  if (effects.length === 0) {
    // A receipt without an effect: the adapter made something up.
    if (request.execution === "done" && !isHosted(setting, request.tool)) {
      const settled = (await historyOf(gate, request.id)).some(({ type }) => type === "settled");
      assert.ok(
        settled || !setting.tools.some(({ name }) => name === request.tool),
        `${request.tool} is on record as done, but nothing happened: the function that thread.execute was given did not call the tool`,
      );
    }
    return;
  }
  assert.equal(request.status, "approved", `${request.tool} ran, but its request is ${request.status}`);
  const claims = (await historyOf(gate, request.id)).filter(({ type }) => type === "claimed").length;
  assert.ok(
    effects.length <= claims,
    `${request.tool} ran ${effects.length} times, and thread.execute let it run ${claims === 1 ? "once" : `${claims} times`}: look for another call of the tool`,
  );
  const signed = await signedArgs(gate, request);
  for (const { args } of effects) {
    assert.ok(isSame(setting, request, args, signed), `${request.tool} ran with ${brief(args)}, signed was ${brief(signed)}`);
  }
}

/** From the record: what a gate shows may be masked. */
async function signedArgs({ store }: Gate, { tenant, id, args }: ApprovalRequest): Promise<JsonObject> {
  const record = await (store as StorePort).getRequest(tenant, id);
  return record?.proposal.args ?? record?.args ?? args;
}

/** A framework may hand its tools the parsed arguments: defaults filled in, what is set at run time set, the rest the same. */
function isSame({ tools }: Setting, { tool, proposal }: ApprovalRequest, ran: JsonObject, signed: JsonObject): boolean {
  if (isDeepStrictEqual(plain(ran), plain(signed))) return true;
  const parsed = tools.find(({ name }) => name === tool)?.args["~standard"].validate(signed);
  if (!parsed || parsed instanceof Promise || parsed.issues) return false;
  const atRunTime = new Set((proposal.parsed?.atRunTime ?? []).map(([key]) => String(key)));
  const settled = (args: unknown) => Object.entries(plain(args) as JsonObject).filter(([key]) => !atRunTime.has(key));
  return isDeepStrictEqual(Object.fromEntries(settled(ran)), Object.fromEntries(settled(parsed.value)));
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Providers refuse a history in which a call has no result right behind its message, or a result has no call. */
function assertPaired(transcript: Answer["transcript"]): void {
  const open: string[] = [];
  let answering = false;
  for (const message of transcript) {
    if (message.role === "call") {
      assert.ok(
        !answering || open.length === 0,
        `the model was shown the call ${message.id} between the call ${open.join(", ")} and its result`,
      );
      if (open.length === 0) answering = false;
      open.push(message.id);
    } else if (message.role === "result") {
      answering = true;
      assert.ok(open.includes(message.id), `the model was shown a result of ${message.id}, but no call of that id was open before it`);
      open.splice(open.indexOf(message.id), 1);
    } else {
      assertNoneOpen(open);
      answering = false;
    }
  }
  assertNoneOpen(open);
}

function assertNoneOpen(open: readonly string[]): void {
  assert.ok(open.length === 0, `the model was shown ${open.join(", ")} with no result right behind: providers refuse such a history`);
}

function assertNoToken(transcript: Answer["transcript"], requests: readonly ApprovalRequest[]): void {
  const shown = JSON.stringify(transcript);
  for (const { id, proposal } of requests) {
    assert.ok(!shown.includes(id), "the model was shown the id of a request");
    assert.ok(!shown.includes(proposal.digest), "the model was shown the digest of a request");
  }
}

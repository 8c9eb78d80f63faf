import { createHash } from "node:crypto";
import { canonicalJson, firstNonJson, sha256OfJson } from "../canonical/json.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { JsonObject } from "../contract/json.ts";
import { maskDecision, masked, maskedProposal } from "../contract/mask.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import { FREEZES } from "./reserved.ts";

/** Any record that has a chain. */
export type AnyRecord = RequestRecord | ThreadRecord | GrantRecord;

/** What a chain says of its record: its fields, those left out that are empty. Masked and large values stand in it as SHA-256. */
export type Proof = Readonly<Record<string, unknown>>;

/**
 * What no chain says. The tenant and the id are the record's address, and computed anew; so are the counters. The others
 * only coordinate: who holds what, until when, and who may write next.
 */
const UNPROVED: ReadonlySet<string> = new Set(
  ["tenant", "id", "open", "uses", "version", "seq", "head", "holder", "leaseUntil", "fence", "releasedFence", "argsSchema"], // prettier-ignore
);
const LARGE: ReadonlySet<string> = new Set(["result", "context", "input", "outcome", "continuation", "counted"]);
const MASKED: ReadonlySet<string> = new Set(["args", "proposal", "ranWith"]);

type Fields = Readonly<Record<string, unknown>>;

/** What an event says of a record: what is different from now on; `null`: no longer there. Without `old`: all of it. */
export function patchOf(old: AnyRecord | undefined, next: AnyRecord): JsonObject {
  const before: Fields = { ...old };
  const after: Fields = { ...next };
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!isProved(key, next) || before[key] === after[key]) continue;
    if (isSaid(key, after[key])) patch[key] = key === "decisions" ? signed(next, before[key]) : proved(key, next);
    else if (isSaid(key, before[key])) patch[key] = null;
  }
  return { ...patch, state: stateOf(next) };
}

/** A record's proof after one more event. That of a purge begins anew. */
export function fold(before: Proof, { type, data }: Pick<AuditEvent, "type" | "data">): Proof {
  const { note: _note, decisions, ...patch } = data as Fields;
  const folded: Record<string, unknown> = { ...(type === "purged" ? {} : before), ...patch };
  if (Array.isArray(decisions))
    folded["decisions"] = [...((folded["decisions"] as unknown[] | undefined) ?? []), ...(decisions as unknown[])];
  return Object.fromEntries(Object.entries(folded).filter(([key, value]) => value !== null && isSaid(key, value)));
}

/** The first field in which a record is not what its chain says. */
export function firstDifference(record: AnyRecord, folded: Proof): string | undefined {
  const proof: Proof = patchOf(undefined, record);
  return [...new Set([...Object.keys(proof), ...Object.keys(folded)])].find((key) => textOf(proof[key]) !== textOf(folded[key]));
}

const textOf = (value: unknown): string => (value === undefined ? "" : canonicalJson(value));

/** What is frozen is held against the fence that claims require. */
function isProved(key: string, { id }: AnyRecord): boolean {
  return !UNPROVED.has(key) || (key === "fence" && id === FREEZES);
}

/** Fields that every record has, and that begin with a value which says nothing. In any other field that is a value like another. */
const BEGINNING: ReadonlySet<string> = new Set(
  ["agent", "attempt", "attempts", "begun", "decisions", "fence", "idempotent", "notBefore", "policyHash", "reason", "rule", "ticket"], // prettier-ignore
);

/** Is there something to say of a field? A result of `false` is no result of `0`, and a deadline of 0 is one. */
function isSaid(key: string, value: unknown): boolean {
  return value !== undefined && !(BEGINNING.has(key) && isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return value === false || value === 0 || value === "" || (Array.isArray(value) && value.length === 0);
}

function stateOf(record: AnyRecord): string {
  if ("state" in record) return record.state;
  return record.revokedAt === undefined ? "live" : "revoked";
}

function proved(key: string, record: AnyRecord): unknown {
  const value = (record as unknown as Fields)[key];
  if (LARGE.has(key) && record.id !== FREEZES) return { sha256: hashOf(value) };
  if (MASKED.has(key) && "redact" in record && record.redact)
    return { sha256: sha256OfJson(value), masked: plain(maskedField(key, record)) };
  return plain(value);
}

/** Something that an event can't carry must not keep what happened from being recorded. */
function plain(value: unknown): unknown {
  return firstNonJson(value) ? { sha256: sha256OfJson(value) } : value;
}

function maskedField(key: string, { args, proposal, ranWith = {}, redact }: RequestRecord): unknown {
  if (key !== "proposal") return masked(key === "args" ? args : ranWith, redact);
  const { args: hidden, ...rest } = maskedProposal({ ...proposal, args: proposedArgs({ args, proposal }) }, redact);
  return proposal.args ? { ...rest, args: hidden } : rest;
}

/** Signatures are only ever added. */
function signed(record: AnyRecord, before: unknown): readonly unknown[] {
  const { decisions, redact } = record as RequestRecord;
  return decisions.slice(Array.isArray(before) ? before.length : 0).map((signature) => {
    if (!redact || signature.decision.type !== "edit") return plain(signature);
    const { decision } = signature;
    return plain({ ...signature, decision: { ...maskDecision(decision, redact), sha256: sha256OfJson(decision.args) } });
  });
}

function hashOf(value: unknown): string {
  return value instanceof Uint8Array ? createHash("sha256").update(value).digest("hex") : sha256OfJson(value);
}

import { approve, missingSignatures, type DecisionRecord, type Principal, type RequestQuery } from "@countersign/core";
import { audienceOf, parsePage, type RequestRecord, type StorePort } from "@countersign/core/store";
import { count } from "../output/count.ts";
import { termsText } from "@countersign/review";
import { moment } from "../output/when.ts";
import type { Config } from "../settings/config.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** Requests looked at, of each kind. */
const LOOKED_AT = 10_000;
/** An approved call that a worker would have begun long ago. */
const OVERDUE = 5 * 60_000;
/** A worker looks each second: this long after the lease it would have recorded it, in ms. */
const HEARTBEAT = 2_000;

/** What waits for something that will not come by itself. */
export async function requests(store: StorePort, tenant: string, { people, identity }: Config): Promise<readonly Finding[]> {
  const now = await store.now();
  const pending = await upTo(store, tenant, { status: "pending" });
  const known = people?.entries ?? [...(identity ? [identity] : []), ...(await whoSigned(store, tenant))];
  const all = `Only the first ${LOOKED_AT} pending requests were looked at.`;
  return [
    ...unsignable(pending, known, people !== undefined),
    ...(pending.length < LOOKED_AT ? [] : [warning("requests", all, "Decide the oldest first: countersign inbox.")]),
    ...waiting(
      "Expired, and not recorded as expired",
      pending.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt < now - OVERDUE),
      "Run a worker: countersign worker, or createWorker(gate, []). It records the expiry and wakes their threads.",
    ),
    ...waiting(
      "Started, and the outcome is unknown",
      await upTo(store, tenant, { execution: "unknown" }),
      "Check the outside system, then record the outcome: countersign list --execution unknown, countersign settle.",
    ),
    ...lapsed(await upTo(store, tenant, { execution: "executing" }), now),
    ...waiting(
      "Approved more than five minutes ago, and not run",
      (await upTo(store, tenant, { status: "approved", execution: "none" })).filter(({ decidedAt = now }) => decidedAt < now - OVERDUE),
      "Run a worker that has their agents: countersign worker <module>. A call also waits for the other calls of its turn.",
    ),
  ];
}

function waiting(what: string, found: readonly RequestRecord[], advice: string): readonly Finding[] {
  if (found.length === 0) return [];
  return [warning("requests", `${what}: ${count(found.length, "request")}, such as ${found[0]?.id}.`, advice)];
}

/** Executions whose process died, and no worker has recorded that yet. */
function lapsed(executing: readonly RequestRecord[], now: number): readonly Finding[] {
  const over = executing.filter(({ leaseUntil }) => leaseUntil <= now - HEARTBEAT).toSorted((a, b) => a.leaseUntil - b.leaseUntil);
  const [first] = over;
  if (!first) return [];
  const since = `such as ${first.id}, since ${moment(first.leaseUntil, now)}`;
  const message = `Started by a process that died, and no worker has recorded it: ${count(over.length, "request")}, ${since}. The outcome is unknown.`;
  const advice =
    "Run a worker, which records it and wakes what may run again: countersign worker. For the rest, check the outside system, then record the outcome: countersign list --execution unknown, countersign settle.";
  return [warning("requests", message, advice)];
}

/** Requests that nobody who is known could sign, or too few for their quorum. */
function unsignable(pending: readonly RequestRecord[], known: readonly Principal[], configured: boolean): readonly Finding[] {
  const stuck = pending.filter((request) => isStuck(request, known, configured));
  if (pending.length === 0) return [ok("requests", "No request is pending.")];
  if (stuck.length === 0) return [ok("requests", `${count(pending.length, "request")} pending, each with somebody who may sign.`)];
  const who = configured ? "Nobody among the people of the configuration" : "Nobody who has signed before";
  return [...Map.groupBy(stuck, ({ terms }) => termsText(terms))].map(([terms, { length, 0: first }]) => {
    const message = `${who} may sign ${count(length, "request")} such as ${first?.id}, or too few may: ${terms}.`;
    const advice =
      "Give somebody the role, or cancel them and change the review of the rule. List who may sign as people in countersign.json.";
    return (configured ? problem : warning)("requests", message, advice);
  });
}

/** Would it still take signatures if everybody who may had signed it, and typed what they have to? */
function isStuck(request: RequestRecord, known: readonly Principal[], configured: boolean): boolean {
  const asked = escalated(request);
  // Anybody may: that somebody exists is not ours to doubt.
  if (audienceOf(asked)?.includes("anyone")) return false;
  // Where nobody says who there is, whoever is named is taken to be there.
  const named = configured ? [] : (request.terms.reviewers ?? []).map((id) => ({ id }));
  const signatures = [...known, ...named].map((by) => signatureOf(by, asked));
  const terms = { ...asked.terms, confirm: undefined, decisions: undefined };
  return missingSignatures({ ...asked, terms, decisions: [...asked.decisions, ...signatures] }).length > 0;
}

function signatureOf(by: Principal, { proposal: { digest } }: RequestRecord): DecisionRecord {
  return { decision: approve(), by, at: 0, via: undefined, digest, signature: undefined };
}

/** Whoever may sign it one day may sign it. */
function escalated(request: RequestRecord): RequestRecord {
  const { roles, reviewers, escalate } = request.terms;
  if (!escalate || !(roles ?? reviewers)) return request;
  return { ...request, terms: { ...request.terms, roles: [...(roles ?? []), ...escalate.roles] } };
}

async function whoSigned(store: StorePort, tenant: string): Promise<readonly Principal[]> {
  const decided = await upTo(store, tenant, { order: "newest" }, 1_000);
  return decided.flatMap(({ decisions }) => decisions.map(({ by }) => by));
}

async function upTo(store: StorePort, tenant: string, query: RequestQuery, most: number = LOOKED_AT): Promise<readonly RequestRecord[]> {
  const found: RequestRecord[] = [];
  for (let after: string | undefined; found.length < most;) {
    const page = parsePage(await store.listRequests(tenant, { ...query, limit: 1_000, ...(after !== undefined && { after }) }));
    found.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  return found;
}

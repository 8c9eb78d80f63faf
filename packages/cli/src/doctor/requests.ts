import type { Principal, RequestQuery } from "@countersign/core";
import { audienceOf, barredFrom, invitationsFor, type RequestRecord, type StorePort } from "@countersign/core/store";
import { termsText } from "../output/request.ts";
import type { Config } from "../settings/config.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** Requests looked at, of each kind. */
const LOOKED_AT = 10_000;
/** An approved call that a worker would have begun long ago. */
const OVERDUE = 5 * 60_000;

/** What waits for something that will not come by itself. */
export async function requests(store: StorePort, tenant: string, { people, identity }: Config): Promise<readonly Finding[]> {
  const now = await store.now();
  const pending = await upTo(store, tenant, { status: "pending" });
  const known = people ?? [...(identity ? [identity] : []), ...(await whoSigned(store, tenant))];
  return [
    ...unsignable(pending, known, people !== undefined),
    ...count(
      pending.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt < now - OVERDUE),
      "have expired, and nobody has noticed",
      "Run a worker, countersign worker or createWorker(gate, []): it expires them and tells their threads.",
    ),
    ...count(
      await upTo(store, tenant, { execution: "unknown" }),
      "were begun, and nobody knows whether they happened",
      "Look, then say so: countersign list --execution unknown, countersign settle.",
    ),
    ...count(
      (await upTo(store, tenant, { status: "approved", execution: "none" })).filter(({ decidedAt = now }) => decidedAt < now - OVERDUE),
      "are approved, but nothing has run them for more than five minutes",
      "Run a worker that has their agents: countersign worker <module>. Siblings that still wait hold them up too.",
    ),
  ];
}

function count(found: readonly RequestRecord[], what: string, advice: string): readonly Finding[] {
  return found.length === 0 ? [] : [warning("requests", `${found.length} requests ${what}, such as ${found[0]?.id}.`, advice)];
}

/** Requests that nobody who is known could sign, or too few for their quorum. */
function unsignable(pending: readonly RequestRecord[], known: readonly Principal[], configured: boolean): readonly Finding[] {
  const stuck = pending.filter((request) => signersOf(request, known) < missing(request));
  if (stuck.length === 0) return [ok("requests", `${pending.length} wait for a signature, and somebody may give each of them.`)];
  const who = configured ? "nobody among the people of the configuration" : "nobody who has signed before";
  return [...Map.groupBy(stuck, ({ terms }) => termsText(terms))].map(([terms, { length, 0: first }]) => {
    const message = `${length} requests such as ${first?.id} can't be signed: ${terms}. There is ${who} who may, or too few.`;
    const advice = "Give somebody the role, or change the rule's review and cancel them. people in countersign.json says who there is.";
    return (configured ? problem : warning)("requests", message, advice);
  });
}

function missing({ terms, decisions, proposal }: RequestRecord): number {
  const signed = new Set(decisions.filter(({ digest }) => digest === proposal.digest).map(({ by }) => by.id));
  return Math.max((terms.quorum ?? 1) - signed.size, 1);
}

function signersOf(request: RequestRecord, known: readonly Principal[]): number {
  const audience = audienceOf(request) ?? [];
  const barred = barredFrom(request);
  // Anybody may: that somebody exists is not ours to doubt.
  if (audience.includes("anyone")) return Infinity;
  const may = known.filter((person) => !barred.includes(person.id) && invitationsFor(person).some((who) => audience.includes(who)));
  // A person who is named may sign without being known otherwise.
  const named = (request.terms.reviewers ?? []).filter((id) => !barred.includes(id));
  return new Set([...may.map(({ id }) => id), ...named]).size;
}

async function whoSigned(store: StorePort, tenant: string): Promise<readonly Principal[]> {
  const decided = await upTo(store, tenant, { order: "newest" }, 1_000);
  return decided.flatMap(({ decisions }) => decisions.map(({ by }) => by));
}

async function upTo(store: StorePort, tenant: string, query: RequestQuery, most: number = LOOKED_AT): Promise<readonly RequestRecord[]> {
  const found: RequestRecord[] = [];
  for (let after: string | undefined; found.length < most;) {
    const page = await store.listRequests(tenant, { ...query, limit: 1_000, ...(after !== undefined && { after }) });
    found.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  return found;
}

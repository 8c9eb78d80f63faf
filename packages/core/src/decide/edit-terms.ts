import { canonicalJson, jsonCopy } from "../canonical/json.ts";
import { durationMs, quorumOf, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import type { Judgement } from "../policy/check.ts";
import { rulesFor } from "../policy/find.ts";
import { tightened } from "../policy/tighten.ts";
import { termsAt } from "../store/notices.ts";
import type { RequestRecord } from "../store/records.ts";

/** What an edit may change of a request beside what is proposed. */
export type EditTerms = Pick<RequestRecord, "terms" | "tier" | "expiresAt" | "executeWithin">;

/**
 * Those under which the call was asked, and tightened by the policy of whoever decides. Other arguments are no younger: who
 * is asked as well by now is so under their terms too.
 * @throws DECISION_NOT_ALLOWED, POLICY_DENIED
 */
export function termsOfEdit(record: RequestRecord, judgement: Judgement | undefined, now: number): EditTerms {
  const asked = termsAt(record, now);
  const verdict = judgement?.verdict;
  if (!judgement || verdict?.type !== "ask")
    return { terms: asked, tier: record.tier, expiresAt: record.expiresAt, executeWithin: record.executeWithin };
  const { askedAt } = record;
  const here = termsAt({ askedAt, terms: verdict.terms }, now);
  if (here.decisions && !here.decisions.includes("edit")) {
    const allowed = here.decisions.filter((type) => asked.decisions?.includes(type) ?? true);
    throw new CountersignError("DECISION_NOT_ALLOWED", { allowed }, { note: `The policy here (rule ${verdict.rule}) offers no edit.` });
  }
  const { terms, isStricterTier } = termsUnder(record, judgement, now);
  const lasts = terms?.expiresIn === undefined ? undefined : durationMs(terms.expiresIn);
  const expiresAt = lasts === undefined ? record.expiresAt : Math.min(record.expiresAt ?? Infinity, askedAt + lasts);
  // A deadline of the call's own that passed while it was read is the commit's to find: EXPIRED, and the record says so.
  const isShortened = expiresAt !== record.expiresAt;
  if (!terms || (isShortened && expiresAt !== undefined && expiresAt <= now)) {
    const reason =
      "an edit has to meet the terms under which the call was asked and those of the policy here, and nobody can sign under both: " +
      `asked under ${JSON.stringify(asked)}, here ${JSON.stringify(here)}`;
    throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason });
  }
  const executeWithin = terms.executeWithin === undefined ? undefined : durationMs(terms.executeWithin);
  return { terms, tier: isStricterTier ? verdict.tier : record.tier, expiresAt, executeWithin };
}

type Ask = Extract<Judgement["verdict"], { type: "ask" }>;

/**
 * The terms that arguments have to be signed under which a policy asks about, and which are not those that were asked about.
 * `terms` undefined: nobody could sign under them.
 */
export function termsUnder(
  record: RequestRecord,
  judgement: Judgement,
  now: number,
): { readonly terms: ReviewTerms | undefined; readonly isStricterTier: boolean } {
  const { askedAt, requestedBy } = record;
  const asked = termsAt(record, now);
  const here = termsAt({ askedAt, terms: (judgement.verdict as Ask).terms }, now);
  const moved = movedTo(record, judgement, asked, here, now);
  if (moved === "looser") return { terms: asked, isStricterTier: false };
  const isStricterTier = moved === "stricter";
  // Four eyes without a known requester would let whoever asked sign.
  if ((asked.fourEyes || here.fourEyes) && !requestedBy) return { terms: undefined, isStricterTier };
  return { terms: tightened(isStricterTier ? { ...asked, ...signersOf(here) } : asked, here, requestedBy), isStricterTier };
}

/**
 * An edit between two tiers of the rule that asked is no other policy's word: in the stricter one it is judged as if it had been
 * asked there, and in a looser one it stays what it was. Undefined: something else has a say in the terms, and all of it is kept.
 */
function movedTo(record: RequestRecord, { verdict, by }: Judgement, asked: ReviewTerms, here: ReviewTerms, now: number) {
  const { tier, askedAt } = record;
  const to = (verdict as Ask).tier;
  if (tier === undefined || to === undefined || tier === to) return undefined;
  if (record.rule !== (verdict as Ask).rule) return undefined;
  const named = rulesFor(by, record).filter(({ name }) => name.text === record.rule);
  // Another policy that is included has a rule of this name, too: which of them asked isn't known.
  const tiers = named.length === 1 ? (named[0]?.ask ?? []) : [];
  const isOf = (terms: ReviewTerms, number: number): boolean => {
    const written = tiers[number - 1]?.terms;
    return written !== undefined && isSame(termsAt({ askedAt, terms: written }, now), terms);
  };
  // Tiers that aren't in order may ask more people in a later one.
  if (to < tier) return isOf(asked, tier) && quorumOf(here) >= quorumOf(asked) ? "stricter" : undefined;
  const isItsPolicy = record.policyHash === by.hash || isOf(asked, tier);
  return isItsPolicy && isOf(here, to) && quorumOf(here) <= quorumOf(asked) ? "looser" : undefined;
}

/** But for what is offered: a framework may have left something out. */
function isSame(a: ReviewTerms, b: ReviewTerms): boolean {
  const json = ({ decisions: _decisions, ...terms }: ReviewTerms): string => canonicalJson(jsonCopy(terms));
  return json(a) === json(b);
}

function signersOf({ roles, reviewers, quorum, escalate }: ReviewTerms): ReviewTerms {
  return { roles, reviewers, quorum, escalate };
}

import { digestOf, jsonCopy, requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Description } from "../contract/description.ts";
import type { JsonObject } from "../contract/json.ts";
import { isTooLong, TOO_LONG } from "../contract/name.ts";
import type { ParseArgs } from "../contract/parsed.ts";
import type { Principal } from "../contract/principal.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import type { WaitOptions } from "../contract/thread.ts";
import { CountersignError } from "../errors/error.ts";
import type { Judgement } from "../policy/check.ts";
import { redactionOf, ruleOf } from "../policy/find.ts";
import { decidable } from "./decidable.ts";

/** A call to be asked about, and why. */
export interface Question {
  readonly id: string;
  readonly digest: string;
  readonly call: ProposedCall;
  /** Those of the digest: whoever proposed the call may change its own in place before it is recorded. */
  readonly args: JsonObject;
  readonly rule: string;
  readonly tier?: number | undefined;
  readonly reason: string;
  readonly description: Description | undefined;
  /** Unix ms. */
  readonly judgedAt: number;
  readonly terms: ReviewTerms;
  readonly idempotent: boolean;
  readonly argsSchema: JsonObject | undefined;
  /** See {@link RequestRecord.redact}. */
  readonly redact: readonly string[] | undefined;
  readonly policyHash: string;
  /** Signed by the policy itself: recorded all the same. */
  readonly allowed: boolean;
  /** The request under whose effect it is asked. */
  readonly parent: string | undefined;
  /** This invocation saw the model produce the turn and has asked nothing about the call before: it isn't looked for first. */
  readonly fresh?: boolean | undefined;
  /** Who asks, where it is not whoever started the run. */
  readonly requestedBy?: Principal | undefined;
  /** See {@link RequestRecord.ticket}. */
  readonly ticket: boolean;
  /** See {@link WaitOptions.parse}. */
  readonly parse: ParseArgs | undefined;
}

/** Where a call is asked about, and on whose behalf. */
export interface Asking extends WaitOptions {
  readonly tenant: string;
  readonly threadId: string;
  readonly parent: string | undefined;
  /** What the policy allows is recorded too, as signed by the policy itself: who counts calls, or executes by hand, needs the record. */
  readonly recordsAllowed?: boolean;
  readonly requestedBy?: Principal | undefined;
  readonly ticket?: boolean;
}

/**
 * What is asked about a call, and why: the one maker of questions.
 * @throws SETUP if a person would have to be asked, and the framework leaves them nothing to decide; INVALID_ARGS for a name
 * that is too long; NOT_JSON
 */
export function questionOn(call: ProposedCall, judgement: Judgement, asking: Asking): Question {
  const { verdict, rule, by, at } = judgement;
  refuseLongNames(call);
  const { tenant, threadId, fresh, frameworkAsks, argsSchema, decisions, recordsAllowed = false } = asking;
  const properties = ruleOf(by, call);
  const args = jsonCopy(call.args);
  const digest = digestOf({ ...call, args });
  const because = frameworkReason(asking);
  const asks = verdict.type === "ask" || (verdict.type === "allow" && because !== undefined);
  const allowed = recordsAllowed && verdict.type === "allow" && !asks;
  const terms = verdict.type === "ask" ? verdict.terms : properties.terms;
  return {
    id: requestIdOf(tenant, threadId, call, digest),
    digest,
    call,
    args,
    ...(verdict.type === "ask"
      ? {
          rule: verdict.rule,
          tier: verdict.tier,
          reason: frameworkAsks === undefined ? verdict.reason : `${verdict.reason}; ${frameworkAsks}`,
        }
      : allowed
        ? { rule: rule.name.text, reason: "the policy allows it" }
        : { rule: "framework", reason: because ?? "the adapter asks" }),
    description: allowed ? undefined : judgement.describe(),
    judgedAt: at,
    terms: asks ? decidable(call.tool, terms, decisions) : terms,
    idempotent: properties.idempotent,
    argsSchema: properties.argsSchema ?? argsSchema,
    redact: redactionOf(by, call),
    policyHash: by.hash,
    allowed,
    parent: asking.parent,
    fresh,
    requestedBy: asking.requestedBy,
    ticket: asking.ticket ?? false,
    parse: asking.parse,
  };
}

/** Models make them up. @throws INVALID_ARGS */
function refuseLongNames({ turnId, callId, namespace = "", tool }: ProposedCall): void {
  const issues = Object.entries({ turnId, callId, namespace, tool }).filter(([, name]) => isTooLong(name)).map(([key]) => ({ path: [key], message: TOO_LONG })); // prettier-ignore
  if (issues.length > 0) throw new CountersignError("INVALID_ARGS", { issues });
}

/** Must a person be asked, by the policy or by the framework? */
export function mustAsk({ verdict }: Judgement, options: WaitOptions): boolean {
  return verdict.type === "ask" || (verdict.type === "allow" && frameworkReason(options) !== undefined);
}

/** Why a person is asked where the policy itself lets the call pass. */
function frameworkReason({ frameworkAsks, frameworkStopped }: WaitOptions): string | undefined {
  return frameworkAsks ?? frameworkStopped;
}

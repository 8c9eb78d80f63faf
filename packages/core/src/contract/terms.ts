import { z } from "zod";
import { DEFAULTS } from "./defaults.ts";
import type { Duration } from "./json.ts";
import { isTooLong, TOO_LONG } from "./name.ts";

/** What a reviewer can say of a call. */
export const DECISIONS = ["approve", "edit", "reject"] as const;

/** So many people, each with one of these roles or named here; neither given: any people. */
export interface QuorumGroup {
  readonly roles?: readonly string[] | undefined;
  readonly reviewers?: readonly string[] | undefined;
  /** Default 1. */
  readonly count?: number | undefined;
}

/** Who may decide about a call, how many of them, and until when. */
export interface ReviewTerms {
  /** Anyone with one of these roles may decide, or anyone named in `reviewers`. Neither given: any principal. */
  readonly roles?: readonly string[] | undefined;
  readonly reviewers?: readonly string[] | undefined;
  /**
   * Signatures needed on the same arguments: how many, or how many of whom. Nobody counts twice. Groups say who may sign, in
   * the place of `roles` and `reviewers`; whoever is invited beside them, such as a role that an escalation added, counts for
   * any of them. Default 1.
   * @example [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }]
   */
  readonly quorum?: number | readonly QuorumGroup[] | undefined;
  /** Whoever asked can't sign, and whoever edited the arguments doesn't count on that edit. */
  readonly fourEyes?: boolean | undefined;
  /**
   * What a reviewer types before they sign: the value at this path of the arguments that are signed, such as `args.amount`.
   * Every surface has to ask. With several paths, each of them. What must be confirmed can't be remembered.
   */
  readonly confirm?: string | readonly string[] | undefined;
  /** May one decision be about several such calls at once (`decide` with `batch`)? Never under a quorum, four eyes or `confirm`. Default false. */
  readonly batch?: boolean | undefined;
  /** Undecided after this time: expired. Default 72h. */
  readonly expiresIn?: Duration | undefined;
  /** Approved but not begun this long after the turn's last decision: expired. Default: no limit. */
  readonly executeWithin?: Duration | undefined;
  /** What a reviewer is offered. Default: all three. With `["reject"]` nobody can sign: the call can only be turned down, or expires. */
  readonly decisions?: readonly (typeof DECISIONS)[number][] | undefined;
  /** Remind the reviewers when it has waited for these times. */
  readonly remind?: readonly Duration[] | undefined;
  /** When it has waited for this time, these roles may sign as well. Once that has happened, they are among `roles`, and this is gone. */
  readonly escalate?: { readonly after: Duration; readonly roles: readonly string[] } | undefined;
  /** Which remembered decisions a reviewer may leave behind. Default: none; always none under a quorum or four eyes. */
  readonly remember?: "never" | readonly ("exact-args" | "tool")[] | undefined;
}

/**
 * What a reviewer is offered under these terms: what they say, else all three.
 * @example const buttons = decisionsOf(request.terms).map((type) => button(type))
 */
export function decisionsOf({ decisions = DECISIONS }: ReviewTerms): readonly (typeof DECISIONS)[number][] {
  return decisions;
}

/** How many signatures on the same arguments these terms ask for, of all groups together: what they say, else 1. */
export function quorumOf({ quorum = 1 }: ReviewTerms): number {
  return typeof quorum === "number" ? quorum : quorum.reduce((sum, { count = 1 }) => sum + count, 0);
}

/** The paths whose values have to be typed, in order. */
export function confirmedPaths({ confirm = [] }: ReviewTerms): readonly string[] {
  return typeof confirm === "string" ? [confirm] : confirm;
}

/** Shall several people look at each such call, or one closely? */
function isLookedAt(terms: ReviewTerms): boolean {
  return quorumOf(terms) > 1 || terms.fourEyes === true || confirmedPaths(terms).length > 0;
}

/** May such a call be one of several that are decided together? Where several people shall look, or one shall look closely, never. */
export function isBatchable(terms: ReviewTerms): boolean {
  return terms.batch === true && !isLookedAt(terms);
}

/**
 * The scopes in which a decision under these terms can be remembered. None under a quorum, four eyes or `confirm`: there every
 * call shall be looked at by several people, or closely, and a remembered decision is looked at by nobody.
 */
export function rememberable(terms: ReviewTerms): readonly ("exact-args" | "tool")[] {
  const { remember } = terms;
  return remember === undefined || remember === "never" || isLookedAt(terms) ? [] : remember;
}

/** The reminders and the escalation, by their paths, that would come when the request has expired already. */
export function lateNotices({
  remind = [],
  escalate,
  expiresIn = DEFAULTS.expiresIn,
}: ReviewTerms): readonly (readonly (string | number)[])[] {
  const isLate = (after: Duration): boolean => (durationMs(after) ?? 0) >= (durationMs(expiresIn) ?? Infinity);
  return [
    ...remind.flatMap((after, index) => (isLate(after) ? [["remind", index]] : [])),
    ...(escalate && isLate(escalate.after) ? [["escalate", "after"]] : []),
  ];
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A hundred years: what ends later has no date, and no whole number that every store can hold. */
const LONGEST = 36_500 * UNITS.d;

/** A duration in milliseconds, or undefined if it isn't one. */
export function durationMs(duration: Duration): number | undefined {
  const ms = typeof duration === "number" ? duration : written(duration);
  return ms > 0 && ms <= LONGEST ? ms : undefined;
}

function written(duration: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return amount === undefined ? 0 : Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** Node's timers fire at once beyond 24.8 days. */
const LONGEST_TIMER = 24 * UNITS.d;

/** The milliseconds of a duration that a timer can wait for: 24 days at most. Undefined for anything else. */
export function timerMs(value: unknown): number | undefined {
  const ms = typeof value === "number" || typeof value === "string" ? durationMs(value as Duration) : undefined;
  return ms !== undefined && ms <= LONGEST_TIMER ? ms : undefined;
}

export const durationSchema: z.ZodType<Duration> = z
  .custom<Duration>(
    (value) => (typeof value === "number" || typeof value === "string") && durationMs(value as Duration) !== undefined,
    'expected a duration: milliseconds above 0, or text such as "90s", "15m", "48h" or "3d"; 36500d at most',
  )
  .meta({
    anyOf: [
      { type: "number", exclusiveMinimum: 0, maximum: LONGEST },
      { type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m|h|d)$" },
    ],
  });
/** Stores find a request by whom it invites. */
const name = () => z.string().min(1).refine((text) => !isTooLong(text), TOO_LONG); // prettier-ignore
const names = () => z.array(name()).min(1).readonly();
const path = () => z.string().regex(/^args(\.[^.\s]+)+$/, "not a path such as args.amount");
const MORE_THAN_REVIEWERS = "more signatures than there are reviewers: name more of them, or lower the quorum";
const hasEnough = (reviewers: readonly string[] | undefined, roles: readonly string[] | undefined, count: number): boolean =>
  !reviewers || roles !== undefined || new Set(reviewers).size >= count;

const groupSchema = z.lazy(() =>
  z
    .strictObject({
      roles: names().describe("Anyone with one of these roles counts.").optional(),
      reviewers: names().describe("Anyone with one of these ids counts.").optional(),
      count: z.number().int().min(1).describe("How many of them have to sign. Default 1.").optional(),
    })
    .refine(({ roles, reviewers, count = 1 }) => hasEnough(reviewers, roles, count), { message: MORE_THAN_REVIEWERS, path: ["count"] }),
);

export const termsSchema: z.ZodType<ReviewTerms> = z.lazy(() =>
  z
    .strictObject({
      roles: names().describe("Anyone with one of these roles may sign.").optional(),
      reviewers: names().describe("Anyone with one of these ids may sign.").optional(),
      quorum: z
        .union([z.number().int().min(1), z.array(groupSchema).min(1).readonly()])
        .describe("Signatures needed on the same arguments: a number, or how many of whom. Nobody counts twice. Default 1.")
        .optional(),
      fourEyes: z
        .boolean()
        .describe("Whoever asked can't sign, and whoever edited the arguments doesn't count on that edit. Default false.")
        .optional(),
      confirm: z
        .union([path(), z.array(path()).min(1).readonly()])
        .describe("The reviewer types the value at this path, such as args.amount, before they sign.")
        .optional(),
      batch: z
        .boolean()
        .describe("One decision may be about several such calls. Never under a quorum, fourEyes or confirm. Default false.")
        .optional(),
      expiresIn: durationSchema.describe("Undecided after this time: expired. Default 72h.").optional(),
      executeWithin: durationSchema.describe("Approved but not begun this long after the turn's last decision: expired.").optional(),
      decisions: z.array(z.enum(DECISIONS)).min(1).readonly().describe("What a reviewer is offered. Default: all three.").optional(),
      remind: z.array(durationSchema).readonly().describe("Remind the reviewers after these times.").optional(),
      escalate: z.strictObject({ after: durationSchema, roles: names() }).describe("Ask these roles as well after this time.").optional(),
      remember: z
        .union([z.literal("never"), z.array(z.enum(["exact-args", "tool"])).readonly()])
        .describe("Which remembered decisions a reviewer may leave behind. Default: none.")
        .optional(),
    })
    .refine((terms) => typeof terms.quorum === "object" || hasEnough(terms.reviewers, terms.roles, quorumOf(terms)), {
      message: MORE_THAN_REVIEWERS,
      path: ["quorum"],
    }),
);

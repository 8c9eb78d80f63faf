import type { SQLInputValue } from "node:sqlite";
import { idsOf, invitationsFor, partiesOn, type RequestQuery } from "@countersign/core/store";
import { encode } from "./json.ts";
import { rangeOf } from "./search.ts";

/** Each with the values that it mentions. */
export type Conditions = readonly (readonly [text: string, ...values: SQLInputValue[]])[];

/** A JSON array, bound, as a list. */
export const AMONG = "(SELECT value FROM json_each(?))";

/** What has to be the same. @param of where these columns are */
export function equalities(of: string, { threadId, digest, requestedBy, tool, agent }: RequestQuery): Conditions {
  const wanted = { thread_id: threadId, digest, requested_by: requestedBy, tool, agent };
  return Object.entries(wanted).flatMap(([column, value]) => (value === undefined ? [] : [[`${of}.${column} = ?`, value] as const]));
}

/** What else the row of a request says. @param of the alias of the row; `walk` has its time and its id in any case */
export function conditionsOn(of: string, query: RequestQuery, words: readonly string[]): Conditions {
  const { askedBefore, idPrefix } = query;
  return [
    ...(askedBefore === undefined ? [] : [["walk.asked_at < ?", askedBefore] as const]),
    ...(idPrefix === undefined ? [] : [["walk.id >= ? AND walk.id < ?", ...rangeOf(idPrefix)] as const]),
    ...partiesOn(query).map(
      (parties) => [`EXISTS (SELECT 1 FROM json_each(${of}.parties) WHERE value IN ${AMONG})`, encode(parties)] as const,
    ),
    ...words.map((word) => {
      const [from, below] = rangeOf(word);
      const has = `EXISTS (SELECT 1 FROM json_each(${of}.words) WHERE value >= ? AND value < ?)`;
      return [`(${has} OR walk.id >= ? AND walk.id < ?)`, from, below, from, below] as const;
    }),
  ];
}

/** Could this principal still sign? @param checkInvitation whether the walk doesn't say that they are invited */
export function reviewable(of: string, { reviewableBy }: RequestQuery, checkInvitation: boolean): Conditions {
  if (!reviewableBy) return [];
  const mayStill = [
    `(${of}.barred IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(${of}.barred) WHERE value IN ${AMONG}))`,
    encode(idsOf(reviewableBy)),
  ] as const;
  if (!checkInvitation) return [mayStill];
  return [mayStill, [`EXISTS (SELECT 1 FROM json_each(${of}.audience) WHERE value IN ${AMONG})`, encode(invitationsFor(reviewableBy))]];
}

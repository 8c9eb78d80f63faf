import { idsOf, invitationsFor, partiesOn, type RequestQuery } from "@countersign/core/store";
import { beyondAll } from "./search.ts";
import { toText } from "./text.ts";

/** Parameters as they are mentioned: each gets its number. */
export class Values {
  readonly all: unknown[] = [];

  add(value: unknown): string {
    this.all.push(value);
    return `$${this.all.length}`;
  }

  /** Several names. */
  names(names: readonly string[]): string {
    return `${this.add(names.map(toText))}::text[]`;
  }
}

/** What has to be the same. @param of where these columns are */
export function equalities(of: string, { requestedBy, tool, agent, threadId, digest }: RequestQuery, values: Values): readonly string[] {
  const wanted = { requested_by: requestedBy, tool, agent, thread_id: threadId, digest };
  return Object.entries(wanted).flatMap(([column, value]) =>
    value === undefined ? [] : [`${of}.${column} = ${values.add(toText(value))}`],
  );
}

/** What else the row of a request says. @param of the alias of the row; `walk` has its time and its id in any case */
export function conditionsOn(of: string, query: RequestQuery, words: readonly string[], values: Values): readonly string[] {
  const { askedBefore, idPrefix } = query;
  return [
    ...(askedBefore === undefined ? [] : [`walk.asked_at < ${values.add(askedBefore)}::double precision`]),
    ...(idPrefix === undefined ? [] : [`walk.id >= ${values.add(idPrefix)} AND walk.id < ${values.add(beyondAll(idPrefix))}`]),
    ...partiesOn(query).map((parties) => `${of}.parties && ${values.names(parties)}`),
    ...words.map((word) => {
      const beginning = `${values.add(word)}::text`;
      return `(starts_with(walk.id, ${beginning}) OR EXISTS (SELECT FROM unnest(${of}.words) AS word WHERE starts_with(word, ${beginning})))`;
    }),
  ];
}

/** Could this principal still sign? @param checkInvitation whether the walk doesn't say that they are invited */
export function reviewable(of: string, { reviewableBy }: RequestQuery, checkInvitation: boolean, values: Values): readonly string[] {
  if (!reviewableBy) return [];
  const mayStill = `(${of}.barred IS NULL OR NOT ${of}.barred && ${values.names(idsOf(reviewableBy))})`;
  return checkInvitation ? [mayStill, `${of}.audience && ${values.names(invitationsFor(reviewableBy))}`] : [mayStill];
}

import {
  ApiError,
  type ApiErrorCode,
  type Client,
  type DecidedTogether,
  type DecidingTogether,
  type RequestAnswer,
} from "@countersign/server/client";
import { isGrave } from "./how-to-approve.ts";

/** What one call decides at the most: the server takes no more. */
const MOST_AT_ONCE = 100;
/** How many are read at the same time. */
const READERS = 6;
/** From so many on, nobody has them all in mind. */
const MANY = 10;

/** One of several that are to be decided together. */
export interface Item {
  readonly id: string;
  /** As it is shown. Absent: it could not be read. */
  readonly answer?: RequestAnswer | undefined;
  /** Why it could not be read, or wasn't decided. */
  readonly error?: unknown;
  readonly isDecided?: boolean;
}

/** Reads each of them, a few at a time. */
export async function readTogether(
  client: Client,
  ids: readonly string[],
  { signal, onRead }: { readonly signal: AbortSignal; readonly onRead: (item: Item) => void },
): Promise<void> {
  const waiting = [...ids];
  async function read(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
      try {
        onRead({ id, answer: await client.getRequest(id, { signal }) });
      } catch (error) {
        if (!signal.aborted) onRead({ id, error });
      }
    }
  }
  await Promise.all(Array.from({ length: READERS }, read));
}

/** Why this one has to be looked at by itself. Undefined: it can be decided with the others. */
export function whyAlone({ review }: RequestAnswer, type: "approve" | "reject" | undefined): string | undefined {
  const { may, confirm } = review;
  if (!may.batch.allowed) return may.batch.reason;
  if (confirm.length > 0) return "Whoever signs it has to type a value.";
  const permission = type === undefined ? may.batch : may[type];
  return permission.allowed ? undefined : permission.reason;
}

/** Do they have to say how many they decide? Where there are many, or where one may be wrong. */
export function isCountTyped(answers: readonly RequestAnswer[]): boolean {
  return (
    answers.length >= MANY ||
    answers.some(({ review }) => review.risk === "high" || review.warnings.some(({ severity }) => severity === "danger"))
  );
}

/** What nobody signs unseen: if it has changed, the request is read once more. Texts of warnings may tell the time. */
export function toBeSeen({ review: { digest, warnings } }: RequestAnswer): string {
  return [digest, ...warnings.filter(isGrave).map(({ kind }) => kind)].join();
}

/** Of one that isn't any more what was looked at. */
export const changed = (): unknown =>
  new ApiError("PRECONDITION_FAILED", "", { status: 412, details: undefined, requestId: undefined, retryAfter: undefined });

/** Decides all of them, as many at once as the server takes. What became of each is told as it is known. */
export async function decideAll(
  client: Client,
  answers: readonly RequestAnswer[],
  decision: DecidingTogether["decision"],
  onDecided: (items: DecidedTogether["items"]) => void,
): Promise<void> {
  for (let from = 0; from < answers.length; from += MOST_AT_ONCE) {
    const items = answers.slice(from, from + MOST_AT_ONCE).map(({ review: { id, digest } }) => ({ id, digest }));
    onDecided((await client.decideTogether({ items, decision })).items);
  }
}

/** What the server refused of one of them, as if it had been decided alone. */
export function errorOf(item: DecidedTogether["items"][number]): ApiError | undefined {
  const { problem } = item;
  if (!problem) return undefined;
  const { status, details, requestId } = problem;
  return new ApiError(problem.code as ApiErrorCode, problem.detail, { status, details, requestId, retryAfter: undefined });
}

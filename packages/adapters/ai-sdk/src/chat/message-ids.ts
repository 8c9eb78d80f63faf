import { turnIdOf } from "@countersign/core/adapter";

/** What sets the ids of a thread's messages apart from those of others: the same in every process. */
export function idsOf(threadId: string): string {
  return turnIdOf([threadId]).slice(0, 12);
}

/** Of what an application said itself: what a page says has the page's own id. */
export function questionId(ids: string | undefined, nth: number): string {
  return ["question", ...(ids === undefined ? [] : [ids]), nth].join("-");
}

/** The same before and after the answer is saved. `edit`: how often the user had replaced what they said by then. */
export function answerId(ids: string | undefined, nth: number, edit: number): string {
  return ["answer", ...(ids === undefined ? [] : [ids]), nth, ...(edit === 0 ? [] : [`edit-${edit}`])].join("-");
}

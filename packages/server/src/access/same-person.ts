import { HttpError } from "../http/problem.ts";
import type { Caller } from "./caller.ts";

/** Whose page sends this: the id, percent-encoded. */
const HEADER = "countersign-as";

/**
 * A page belongs to whoever it was made for. If somebody else signs in in the same browser, in another tab, the page's next call
 * would carry their cookie: it would show the first person's data and sign as the second. So a page says whose it is.
 * @throws HttpError SOMEBODY_ELSE
 */
export function demandSamePerson({ headers }: Request, { by }: Caller): void {
  const expected = headers.get(HEADER);
  if (expected !== null && expected !== encodeURIComponent(by.id)) throw new HttpError("SOMEBODY_ELSE");
}

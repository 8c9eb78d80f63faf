import type { Announcer } from "../../look/announcer.ts";
import type { List } from "./list.ts";
import { headline } from "./words.ts";

/** Reads the list anew, because somebody said so, and says what it is now. */
export async function showNew(list: List, announcer: Announcer): Promise<void> {
  await list.readAnew();
  if (list.failure.peek() === undefined) announcer.say(headline(list.filters.peek(), list.count.peek()));
}

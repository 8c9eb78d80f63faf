/** Keys and what they do, those first that stay where there is little room. */
export const HELP = {
  list: ["? keys", "q quit", "enter look", "a approve", "e edit", "r reject", "/ find", "x mark"],
  batch: ["? keys", "u unmark", "a approve all marked", "r reject all marked"],
  look: ["? keys", "q back", "a approve", "e edit", "r reject", "space on", "c comment", "m remember"],
} as const;

const KEYS: readonly (readonly [string, string])[] = [
  ["j k ↓ ↑", "next, previous"],
  ["space, PgDn, b, PgUp", "a page on or back, while you look"],
  ["g G", "first, last"],
  ["enter", "look at all of it"],
  ["a", "approve; it asks first"],
  ["e", "edit, then approve; it asks first"],
  ["r", "reject, with a reason; it asks first"],
  ["c", "comment, for people and the trail"],
  ["m", "let the decision be remembered"],
  ["x, space", "mark for a batch"],
  ["u", "unmark all"],
  ["/", "find: id, tool, agent, who, thread"],
  ["s", "order: deadline, oldest, newest"],
  ["esc", "unmark, show all again"],
  ["q", "back, quit"],
];

const WIDEST = 20;

/** On narrow terminals a line of keys takes no more room than it needs. */
export function helpRows(columns: number): readonly string[] {
  return KEYS.map(([keys, what]) => `${columns < 60 ? keys : keys.padEnd(WIDEST)}  ${what}`);
}

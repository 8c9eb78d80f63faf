const TYPED_INTO =
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset]), textarea, select, [contenteditable]:not([contenteditable=false])";
const PRESSED =
  "a[href], button, summary, input, [role=button], [role=checkbox], [role=switch], [role=option], [role=tab], [role=menuitem]";
const MOVED_WITHIN = "input[type=radio], [role=radio], [role=tab], [role=slider], [role=option], [role=menuitem]";

/** Does the element that has the focus need this key itself? What is typed into a field is the field's, and Enter presses the button that has the focus. */
export function isTaken(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPED_INTO)) return true;
  if (key === "Enter" || key === " ") return target.closest(PRESSED) !== null;
  return key.startsWith("Arrow") && target.closest(MOVED_WITHIN) !== null;
}

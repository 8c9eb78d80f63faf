/** Ctrl+Enter, or Cmd+Enter: presses the button of the step, once each time it is pressed. */
export function isSend({ key, ctrlKey, metaKey, repeat, isComposing }: KeyboardEvent): boolean {
  return key === "Enter" && (ctrlKey || metaKey) && !repeat && !isComposing;
}

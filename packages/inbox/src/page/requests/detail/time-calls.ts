/** Whoever hears the page is told twice how much time is left, and never in between. In minutes. */
const CALLS = [5, 1] as const;
const MINUTE = 60_000;

/** What is to be said when so much time is left, in ms, and so much was when it was looked at last. */
export function timeCall(left: number, before: number): string | undefined {
  const due = CALLS.filter((minutes) => left <= minutes * MINUTE && before > minutes * MINUTE).at(-1);
  if (due === undefined || left <= 0) return undefined;
  return `${due} ${due === 1 ? "minute" : "minutes"} left to decide`;
}

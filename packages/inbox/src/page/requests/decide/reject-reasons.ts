/** Reasons that come up again and again, as the model reads them. */
export const REASONS = ["Not needed", "Wrong amount", "Wrong recipient", "Already done", "Needs more information"] as const;

/** The text with this reason in it: in the place of another one of these, before what somebody wrote themselves. */
export function withReason(text: string, reason: (typeof REASONS)[number]): string {
  const begun = REASONS.find((each) => text === each || text.startsWith(`${each}. `));
  const own = begun === undefined ? text : text.slice(begun.length + 2);
  return own === "" ? reason : `${reason}. ${own}`;
}

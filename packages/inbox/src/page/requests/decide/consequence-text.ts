import type { RequestAnswer } from "@countersign/server/client";

/** What an approval will lead to, as a sentence. */
export function consequenceText({ request, review }: Pick<RequestAnswer, "request" | "review">): string {
  const { quorum = 1 } = request.terms;
  const isFrozen = review.warnings.some(({ kind }) => kind === "frozen");
  const runs = isFrozen ? "It runs once the freeze is lifted." : "It runs as soon as its agent goes on.";
  if (quorum === 1) return `${runs} An approval can't be taken back.`;
  return `It still takes ${review.missing}; your signature is one of them. A signature can't be taken back.`;
}

import type { Review } from "@countersign/server/client";

/** How it was decided, by whom and when, as a sentence without its full stop. Undefined: it waits. */
export function decisionText({ status, signatures, decided }: Pick<Review, "status" | "signatures" | "decided">): string | undefined {
  if (status === "pending") return undefined;
  const isSigned = status === "approved" || status === "rejected";
  const last = isSigned ? signatures.findLast(({ counts }) => counts) : undefined;
  return capital(last?.text ?? (decided ? `${status}, ${decided.text}` : status));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who changed the arguments, as a sentence. */
export function changeText({ editedBy }: Pick<Review, "editedBy">): string {
  return `The arguments changed: ${editedBy === undefined ? "they are the model’s again" : `${editedBy} edited them`}.`;
}

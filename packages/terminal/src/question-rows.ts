import type { Review } from "@countersign/review";
import { labelled, ownRows, type Drawing } from "./gutter.ts";
import { warningRows } from "./review-rows.ts";

/**
 * What stands right before the question, so that it is on the screen however long the review is: what it is about, how much
 * of it has scrolled away, what warns of it, how long there is, who else signs, and as whom you sign.
 */
export function questionRows(
  review: Review,
  drawing: Drawing,
  { as, shown, above }: { readonly as: string; readonly shown: number; readonly above: number },
): readonly string[] {
  const signed = review.signatures.filter(({ counts }) => counts).length;
  return [
    ...ownRows("—".repeat(Math.min(drawing.columns - 1, 24)), drawing, "dim"),
    ...labelled("title", review.title, drawing, "bold"),
    ...labelled("tool", review.tool, drawing),
    ...ownRows(amountText(shown, above), drawing, above > 0 ? "yellow" : undefined),
    ...warningRows(review, drawing),
    ...(review.deadline ? labelled("deadline", review.deadline.text, drawing) : []),
    ...(review.missing === "" ? [] : labelled("signatures", `${signed} so far; it takes ${review.missing}`, drawing)),
    ...labelled("signing as", as, drawing),
  ];
}

function amountText(shown: number, above: number): string {
  const rows = `Arguments: ${shown} ${shown === 1 ? "row" : "rows"}`;
  return above > 0 ? `${rows}, ${above} of them above this screen. Scroll up to read them.` : `${rows}, all on this screen.`;
}

import type { ApprovalRequest } from "@countersign/core";
import { personText, revealed, reviewOf, type Review } from "@countersign/review";
import { askKey, labelled, ownRows, reviewRows, styleFor, warningRows, type Drawing } from "@countersign/terminal";
import { signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { withNames } from "../settings/people.ts";

export const YES = "don't ask (needed without a terminal)";

interface Question {
  /** `--yes`: it was said already. */
  readonly yes: boolean | undefined;
  /** Short, of ours alone: `Withdraw it?`. */
  readonly question: string;
  /** All that whoever is asked has to know. */
  readonly rows: (drawing: Drawing) => readonly string[];
}

/**
 * A yes of whoever operates, after they were shown what it is about. Enter is no, and so is what was typed ahead.
 * @throws Failure without a terminal and without `--yes`, and for everything but a yes: nothing is changed
 */
export async function agreement(desk: Desk, { yes, question, rows }: Question): Promise<void> {
  const by = signer(desk);
  if (yes) return;
  if (!desk.out.interactive) throw usage("There is no terminal to ask in, and nothing was changed. Add --yes once you are sure.");
  const style = styleFor(process.stderr);
  const answer = await askKey(
    { input: process.stdin, output: process.stderr },
    {
      draw({ columns }) {
        const drawing = { columns, style };
        return [...rows(drawing), ...labelled("as", personText(by), drawing)];
      },
      prompt: `${question} y = yes, Enter = no `,
      keys: ["y"],
    },
  );
  if (answer !== "y") throw new Failure(answer === "interrupted" ? EXIT.interrupted : EXIT.no, "Nothing was changed.");
}

/** A review, then once more what it is about, right before the question. @param effect what would be recorded, as labels and texts */
export function requestRows(review: Review, effect: readonly (readonly [string, string])[]): Question["rows"] {
  return (drawing) => [
    ...reviewRows(review, drawing),
    ...ownRows("—".repeat(Math.min(drawing.columns - 1, 24)), drawing, "dim"),
    ...labelled("title", review.title, drawing, "bold"),
    ...labelled("tool", review.tool, drawing),
    ...labelled("status", review.statusText, drawing),
    ...warningRows(review, drawing),
    ...effectRows(effect)(drawing),
  ];
}

/** Labels of ours, and texts of anybody's that are safe already. */
export function effectRows(effect: readonly (readonly [string, string])[]): Question["rows"] {
  return (drawing) => effect.flatMap(([label, text]) => labelled(label, revealed(text), drawing));
}

/** What is known of a request, for whoever is configured. */
export async function reviewFor(desk: Desk, request: ApprovalRequest): Promise<Review> {
  const { gate, config } = desk;
  return reviewOf(withNames(request, config.people), { ...(await gate.background(request)), now: Date.now(), by: config.identity });
}

/** Between the question and the answer somebody else may have been there. @throws Failure */
export async function stillAsShown({ gate }: Desk, shown: ApprovalRequest): Promise<void> {
  const now = await gate.get(shown.id);
  const isSame = now?.status === shown.status && now.execution === shown.execution && now.proposal.digest === shown.proposal.digest;
  if (isSame) return;
  throw new Failure(
    EXIT.refused,
    `Request ${shown.id} has changed since it was shown. Nothing was changed. countersign show prints it as it is now.`,
  );
}

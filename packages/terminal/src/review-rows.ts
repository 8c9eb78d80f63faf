import type { Difference, Review, Signature } from "@countersign/review";
import { argumentRows, blockRows } from "./argument-rows.ts";
import { labelled, ownRows, valueRows, type Drawing } from "./gutter.ts";

/**
 * All of a review as physical rows, none wider than the terminal. Each row that has anything of a value has the gutter
 * (`│`), and what stands left of the first gutter is ours: a value can't imitate it at any width.
 * @example for (const row of reviewRows(review, { columns: 80, style: plain })) console.log(row)
 */
export function reviewRows(review: Review, drawing: Drawing): readonly string[] {
  const { before, args, after } = reviewParts(review, drawing);
  return [...before, ...args, ...after];
}

/** The same in three parts: the arguments, and what stands before and after them. */
export function reviewParts(
  review: Review,
  drawing: Drawing,
): { readonly before: readonly string[]; readonly args: readonly string[]; readonly after: readonly string[] } {
  const heading = review.editedBy === undefined ? "arguments" : "arguments, as a reviewer has changed them";
  return {
    before: [...headRows(review, drawing), ...warningRows(review, drawing), ...ownRows(heading, drawing, "bold")],
    args: review.args.length === 0 ? valueRows("none", drawing) : argumentRows(review.args, drawing),
    after: [...differenceRows(review.differences, drawing), ...outcomeRows(review, drawing), ...labelled("digest", review.digest, drawing)],
  };
}

function headRows(review: Review, drawing: Drawing): readonly string[] {
  const { why, agent, application, risk } = review;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["request", review.id],
    ["status", review.statusText],
    ["tool", review.tool],
    ["why", `${why.reason} (rule ${why.rule}${why.tier === undefined ? "" : `, tier ${why.tier}`})`],
    ["asked by", review.askedBy],
    ["asked", review.asked.text],
    ["agent", agent === application ? agent : `${agent} of ${application}`],
    ["thread", review.thread],
    ["edited by", review.editedBy],
    ["terms", review.terms],
    ["deadline", review.deadline?.text],
    ["decided", review.decided?.text],
    ["replaces", review.replaces],
    ["revises", review.revises],
  ];
  return [
    ...labelled("title", review.title, drawing, "bold"),
    ...(risk === undefined ? [] : labelled("risk", risk, drawing, risk === "high" ? "red" : undefined)),
    ...facts.flatMap(([label, text]) => (text === undefined || text === "" ? [] : labelled(label, text, drawing))),
    ...review.facts.flatMap(({ label, value }) => labelled("fact", `${label}: ${value}`, drawing)),
    ...review.links.flatMap(({ label, url, host }) => labelled("link", `${label}: ${url} (leads to ${host})`, drawing)),
    ...review.signatures.flatMap((signature, index) => signatureRows(signature, index, drawing)),
    ...(review.missing === "" ? [] : labelled("missing", review.missing, drawing)),
  ];
}

function signatureRows({ text, message, comment, counts }: Signature, index: number, drawing: Drawing): readonly string[] {
  return [
    ...labelled(index === 0 ? "signed" : "", text, drawing, counts ? undefined : "dim"),
    ...(message === undefined ? [] : labelled("told", message, drawing)),
    ...(comment === undefined ? [] : labelled("comment", comment, drawing)),
  ];
}

/** The gravest first, and each with its severity in words: colours aren't everywhere. */
export function warningRows({ warnings }: Pick<Review, "warnings">, drawing: Drawing): readonly string[] {
  return warnings.flatMap(({ severity, text }) => labelled(severity === "danger" ? "DANGER" : severity, text, drawing, TONES[severity]));
}

const TONES = { danger: "red", caution: "yellow", note: undefined } as const;

/** What isn't the same everywhere: the model's, what is proposed, mine. */
export function differenceRows(differences: readonly Difference[], drawing: Drawing): readonly string[] {
  if (differences.length === 0) return [];
  return [...ownRows("differences", drawing, "bold"), ...differences.flatMap((each) => differenceOf(each, drawing))];
}

function differenceOf({ name, model, proposed, mine, lines }: Difference, drawing: Drawing): readonly string[] {
  const sides = [
    ["the model's", model?.text],
    ["proposed", proposed?.text],
    ...(mine?.text === proposed?.text ? [] : [["yours", mine?.text] as const]),
  ] as const;
  return [
    ...valueRows(name, drawing, { tone: "bold" }),
    ...sides.flatMap(([side, text]) => valueRows(`${side}: ${text ?? "not there"}`, drawing, { indent: 2 })),
    ...(lines ?? []).flatMap(({ change, text }) => valueRows(text, drawing, { indent: 2, ...CHANGES[change] })),
  ];
}

const CHANGES = {
  same: { lead: "  " },
  skipped: { lead: "… ", tone: "dim" },
  removed: { lead: "- ", tone: "red" },
  added: { lead: "+ ", tone: "green" },
} as const;

function outcomeRows({ outcome }: Review, drawing: Drawing): readonly string[] {
  if (!outcome) return [];
  return [...labelled("result", `${outcome.status}, ${outcome.at.text}`, drawing, "bold"), ...blockRows(outcome.lines, drawing)];
}

import { randomUUID } from "node:crypto";
import { approve, reject, type ApprovalRequest, type Decision } from "@countersign/core";
import { personText, reviewOf, type Review } from "@countersign/review";
import { argumentRows, askKey, labelled, ownRows, styleFor, warningRows, type Drawing, type Size, type Tty } from "@countersign/terminal";
import { acting, signer, type Desk } from "../desk.ts";
import { explained } from "../failure.ts";
import { count } from "../output/count.ts";
import { line } from "../prompts.ts";
import { leftPending } from "../reviewers/consent.ts";
import type { Wish } from "./state.ts";

type Batch = Extract<Wish, { type: "batch" }>;

/** What came of it: which were decided, and in words. */
interface Decided {
  readonly notice: string;
  readonly decided: readonly string[];
}

const TTY: Tty = { input: process.stdin, output: process.stderr };
/** Of an id or a digest: enough to compare. */
const SHORT = 8;

/**
 * Shows all of them, asks once, and decides each by itself: what was changed or decided meanwhile is refused, and the others
 * go on. They share the id of the batch.
 * @throws Failure: left pending
 */
export async function decideMarked(desk: Desk, { decision: type, requests }: Batch): Promise<Decided> {
  const reason = type === "reject" ? await reasonFor(requests) : undefined;
  const decision = type === "approve" ? approve() : reject(reason);
  await consent(desk, type, requests);
  const batch = randomUUID();
  const decided: string[] = [];
  const failed: { readonly id: string; readonly why: string }[] = [];
  for (const request of requests) {
    const failure = await one(desk, request, decision, batch);
    if (failure === undefined) decided.push(request.id);
    else failed.push({ id: request.id, why: failure });
  }
  const said = `${type === "approve" ? "Approved" : "Rejected"} ${count(decided.length, "request")} in batch ${batch}.`;
  if (failed.length === 0) return { decided, notice: said };
  // Where they can be scrolled: the screen has one line for a notice, and it names them first.
  desk.out.say(said);
  for (const { id, why } of failed) desk.out.say(`Not ${id}: ${why}`);
  return { decided, notice: `Not decided: ${failed.map(({ id }) => id.slice(0, SHORT)).join(", ")}. Why stands above the inbox. ${said}` };
}

/** Why it was not decided. */
async function one(desk: Desk, request: ApprovalRequest, decision: Decision, batch: string): Promise<string | undefined> {
  try {
    await desk.gate.decide(request, decision, { ...(await acting(desk)), via: "cli", batch });
    return undefined;
  } catch (error) {
    return explained(error).message;
  }
}

async function reasonFor(requests: readonly ApprovalRequest[]): Promise<string | undefined> {
  return (await line(`Why do you reject ${count(requests.length, "request")}? The models are told. Enter for nothing.`)) || undefined;
}

/** @throws Failure: left pending */
async function consent(desk: Desk, type: Batch["decision"], requests: readonly ApprovalRequest[]): Promise<void> {
  const by = signer(desk);
  const now = Date.now();
  const reviews = await Promise.all(requests.map(async (one) => reviewOf(one, { now, by, ...(await desk.gate.background(one)) })));
  const draw = (size: Size): readonly string[] => {
    const drawing = drawingOf(size);
    const listed = reviews.flatMap((review, index) => rowsOf(review, index, drawing));
    const away = Math.max(listed.length + 4 - size.rows, 0);
    const told = away > 0 ? ` ${away} of the rows above have scrolled away: scroll up to read them.` : "";
    const what = `${type === "approve" ? "Sign" : "Reject"} all ${reviews.length}, each as it is shown? You sign as ${personText(by)}.${told}`;
    return [...listed, ...ownRows(what, drawing, "bold")];
  };
  if ((await askKey(TTY, { draw, prompt: "y = yes, Enter = no ", keys: ["y"] })) !== "y") throw leftPending();
}

/** Number, id and digest are ours; what is signed stands behind the gutter. */
function rowsOf(review: Review, index: number, drawing: Drawing): readonly string[] {
  const { id, digest, title, askedBy, args } = review;
  return [
    ...ownRows(`${index + 1}. request ${id.slice(0, SHORT)}, digest ${digest.slice(0, SHORT)}`, drawing, "bold"),
    ...labelled("title", title, drawing),
    ...(askedBy === undefined ? [] : labelled("asked by", askedBy, drawing)),
    ...warningRows(review, drawing),
    ...argumentRows(args, drawing),
  ];
}

function drawingOf({ columns }: Size): Drawing {
  return { columns, style: styleFor(process.stderr) };
}

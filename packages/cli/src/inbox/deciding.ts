import { groupsText, missingSignatures, reject, type ApprovalRequest } from "@countersign/core";
import type { Desk } from "../desk.ts";
import { line } from "../prompts.ts";
import { alongRows } from "../reviewers/along.ts";
import { approveSeen } from "../reviewers/approve.ts";
import { refuse } from "../reviewers/consent.ts";
import { decideAt } from "../reviewers/decide-at.ts";
import { editSeen } from "../reviewers/edit.ts";
import type { Wish } from "./state.ts";

type Decide = Extract<Wish, { type: "decide" }>;

/** Shows the request in full on the ordinary screen, where it can be scrolled, asks, and decides. Answers what came of it. */
export async function decideHere(desk: Desk, { decision, request, along }: Decide): Promise<string> {
  refuse(request, decision);
  const { comment, remember: scope } = along;
  const more = { ...(comment !== undefined && { comment }), ...(scope !== undefined && { remember: { scope } }) };
  const decide = { approve: approveSeen, edit: editSeen, reject: rejected }[decision];
  const decided = await decide(desk, request, more);
  if (decided.status === "pending") return `Signed ${decided.id}. It still takes ${groupsText(missingSignatures(decided))}.`;
  return `${decided.status === "approved" ? "Approved" : "Rejected"} ${decided.id}.`;
}

const THENS = { c: "continue", r: "revise", s: "stop" } as const;

/** What the run does next is asked for, too. One that is remembered goes on. */
function rejected(
  desk: Desk,
  request: ApprovalRequest,
  more: { readonly comment?: string; readonly remember?: { readonly scope: "exact-args" | "tool" } },
): Promise<ApprovalRequest> {
  return decideAt(desk, request, "reject", async (dialogue) => {
    const message = (await dialogue.line("Why? The model is told. Enter for nothing. ")) || undefined;
    const then = more.remember ? undefined : THENS[await dialogue.key(THEN, ["c", "r", "s"])];
    await dialogue.sign("Reject this?", { rows: alongRows({ ...more, message, then }) });
    return reject(message, { ...more, then });
  });
}

const THEN = "And then? c = the model goes on, r = it may propose a revision, s = the run stops ";

/** What people, and the trail, are told beside the decision. @throws Failure for Ctrl-C */
export function noteHere(): Promise<string> {
  return line("A comment, for people and the trail: the model doesn't see it. Enter for none.");
}

import { CountersignError, digestOf, isSamePerson, type ApprovalRequest, type JsonObject } from "@countersign/core";
import { decideAnswers, type NativeAnswer } from "@countersign/core/adapter";
import { isToolUIPart, type UIMessage } from "ai";
import { answerOf, responsesIn, type Response } from "../native-answer.ts";
import { FRAMEWORK } from "../run.ts";
import type { ApprovalErrorData } from "./chat-message.ts";
import type { Conversation } from "./conversation.ts";
import type { UIPart } from "./ui-parts.ts";

/** Of a part that was clicked on, what matters. A client may leave out anything. */
interface Clicked {
  readonly approval?: { readonly id?: unknown } | undefined;
  /** As the page showed it. */
  readonly input?: JsonObject | undefined;
}

interface Clicks {
  /** What they decided. */
  readonly decided: readonly ApprovalRequest[];
  /** What was decided meanwhile: a click on it changes nothing. */
  readonly late: readonly ApprovalRequest[];
}

/**
 * A click is a claim: whoever made it decides, about what its page showed.
 * @throws NATIVE_REFUSED for what is no click
 */
export async function decideClicks(conversation: Conversation, page: UIMessage): Promise<Clicks> {
  const { gate, threadId, by } = conversation;
  const clicked = page.parts.filter((part) => isToolUIPart(part) && part.state === "approval-responded") as readonly Clicked[];
  const responses = responsesIn(threadId, clicked.map(({ approval }) => ({ ...approval, approvalId: approval?.id }))); // prettier-ignore
  const answers: NativeAnswer[] = [];
  const late: ApprovalRequest[] = [];
  for (const [index, response] of responses.entries()) {
    const request = await gate.get(response.approvalId);
    if (!request || request.status === "pending") answers.push(answerTo(request, response, clicked[index]?.input));
    else if (!isSaidAlready(conversation, page, request, response)) late.push(request);
  }
  const decided = answers.length > 0 ? await decideAnswers(gate, answers, { threadId, by, via: FRAMEWORK }) : [];
  return { decided, late };
}

function answerTo(request: ApprovalRequest | undefined, response: Response, input: JsonObject | undefined): NativeAnswer {
  const shown = request && input !== undefined ? digestOf({ tool: request.tool, args: input }) : undefined;
  return answerOf(response, response.approvalId, shown);
}

/** The page knew, and nobody clicked; or it is the same click again. */
function isSaidAlready({ by }: Conversation, page: UIMessage, request: ApprovalRequest, { approved }: Response): boolean {
  const shown = (page.parts as readonly UIPart[]).find(({ type, id }) => type === "data-approval" && id === request.id);
  if (shown && (shown.data as { readonly status?: unknown } | null)?.status === request.status) return true;
  return request.decisions.some(({ by: signer, decision }) => isSamePerson(signer, by) && (decision.type !== "reject") === approved);
}

/** For the page that clicked too late. */
export function decidedMeanwhile(request: ApprovalRequest): ApprovalErrorData {
  const { code, message } = new CountersignError("ALREADY_DECIDED", { request, winner: request.decisions.at(-1) });
  return { code, message, requestId: request.id };
}

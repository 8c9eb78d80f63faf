import { approve, digestOf, edit, reject, type ApprovalRequest, type Decision, type JsonObject } from "@countersign/core";
import { z } from "zod";

/** What an answer is about. */
interface Proposed extends Pick<ApprovalRequest, "tool"> {
  /** As the model proposed them, nothing masked. */
  readonly args: JsonObject;
  /** As a pause shows them now. */
  readonly shown: JsonObject;
}

/** Why an answer can't be taken, for its author. */
export type Refuse = (reason: string) => never;

const args = z.record(z.string(), z.unknown());
const action = z.strictObject({ action: z.string(), args });
/** One answer in the form of `humanInTheLoopMiddleware`, or in that of Agent Inbox. */
const answerSchema = z.union([
  z.strictObject({ type: z.literal("approve") }),
  z.strictObject({ type: z.literal("reject"), message: z.string().optional() }),
  z.strictObject({ type: z.literal("edit"), editedAction: z.strictObject({ name: z.string(), args }) }),
  z.strictObject({ type: z.literal("accept"), args: action.nullish() }),
  z.strictObject({ type: z.literal("ignore"), args: z.unknown().optional() }),
  z.strictObject({ type: z.literal("response"), args: z.string() }),
  z.strictObject({ type: z.literal("edit"), args: action }),
]);
type Answer = z.infer<typeof answerSchema>;

/** A foreign answer as a decision about this request. */
export function decisionOf(foreign: unknown, request: Proposed, refuse: Refuse): Decision {
  const parsed = answerSchema.safeParse(foreign);
  if (!parsed.success) return refuse(`this adapter doesn't know such an answer: ${JSON.stringify(foreign)}`);
  return translate(parsed.data, request, refuse);
}

function translate(answer: Answer, request: Proposed, refuse: Refuse): Decision {
  switch (answer.type) {
    case "approve":
      return approve();
    case "accept":
      return answer.args && !isShown(answer.args, request) ? refuse(`it accepts ${request.tool} with other arguments`) : approve();
    case "reject":
      return reject(answer.message);
    case "ignore":
      return reject();
    case "response":
      return reject(answer.args, { then: "revise" });
    case "edit": {
      const { name, edited } =
        "editedAction" in answer
          ? { name: answer.editedAction.name, edited: answer.editedAction.args }
          : { name: answer.args.action, edited: asTyped(answer.args.args, request.args) };
      // Another tool is another call: it would escape its own policy.
      if (name !== request.tool) return refuse(`the edit turns ${request.tool} into ${name}`);
      return edit(edited);
    }
  }
}

/** Agent Inbox sends back what it showed: whoever accepts something else has seen something else. */
function isShown({ action: tool, args: accepted }: z.infer<typeof action>, request: Proposed): boolean {
  return digestOf({ tool, args: asTyped(accepted, request.shown) }) === digestOf({ tool: request.tool, args: request.shown });
}

/** Agent Inbox hands every edited value back as text. Where the model's own value was none, the text is read as JSON. */
function asTyped(edited: Readonly<Record<string, unknown>>, proposed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(edited).map(([key, value]) => {
      const wasText = !Object.hasOwn(proposed, key) || typeof proposed[key] === "string";
      return [key, typeof value === "string" && !wasText ? readJson(value) : value];
    }),
  );
}

/** What isn't JSON stays text, for the schema to refuse. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

import { createInterface } from "node:readline/promises";
import { approve, edit, reject, type Confirmation, type Decision } from "../contract/decision.ts";
import { MASK } from "../contract/mask.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { confirmedPaths, decisionsOf, type ReviewTerms } from "../contract/terms.ts";
import { fromJsonSchema, parseWith } from "../policy/schema.ts";
import { parsedLines } from "./parsed.ts";
import { visible, visibleJson } from "./visible.ts";

/** Where the prompt is shown and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

interface Dialogue {
  say(text: string): void;
  /** The answer, trimmed; `draft` can be edited in place. */
  ask(question: string, draft?: string): Promise<string>;
}

/** Shows a request in full and asks for a decision. Nothing typed, or anything unknown: no decision. */
export async function prompt(request: ApprovalRequest, signal: AbortSignal, { input, output }: Terminal): Promise<Decision | undefined> {
  const lines = createInterface({ input, output, terminal: true });
  const dialogue: Dialogue = {
    say: (text) => void output.write(`${text}\n`),
    ask: async (question, draft) => {
      const answer = lines.question(question, { signal });
      if (draft !== undefined) lines.write(draft);
      return (await answer).trim();
    },
  };
  try {
    dialogue.say(summary(request));
    return await decision(request, dialogue);
  } catch (error) {
    if (!signal.aborted) throw error;
    dialogue.say("\nNo longer waiting: the time is up, or somebody else has decided.");
    return undefined;
  } finally {
    lines.close();
  }
}

export function summary({ tool, namespace, agent, threadId, reason, requestedBy, expiresAt, proposal }: ApprovalRequest): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["tool", visible(namespace === undefined ? tool : `${namespace}/${tool}`)],
    ["why", visible(reason)],
    ["agent", visible(agent)],
    ["thread", visible(threadId)],
    ["asked by", requestedBy && visible(requestedBy.name ?? requestedBy.id)],
    ["edited by", proposal.by && visible(proposal.by.name ?? proposal.by.id)],
    ["expires", expiresAt === undefined ? undefined : new Date(expiresAt).toISOString()],
    ["digest", proposal.digest],
  ];
  const shown = facts.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`  ${name.padEnd(9)} ${value}`]));
  const added = parsedLines(proposal.parsed);
  const schema = added.length > 0 ? ["  set by the tool's schema", indented(added.join("\n"))] : [];
  return ["", "A signature is needed.", ...shown, "  arguments", indented(visibleJson(proposal.args)), ...schema].join("\n");
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}

async function decision(request: ApprovalRequest, dialogue: Dialogue): Promise<Decision | undefined> {
  const allowed = decisionsOf(request.terms);
  const menu = allowed.map((type) => `${type[0]} = ${type}`).join(", ");
  switch (await dialogue.ask(`${menu}, Enter = leave it pending > `)) {
    case "a":
      return allowed.includes("approve") ? approved(request, dialogue) : undefined;
    case "e":
      return allowed.includes("edit") ? edited(request, dialogue) : undefined;
    case "r":
      return allowed.includes("reject") ? reject((await dialogue.ask("Why (the model is told) > ")) || undefined) : undefined;
    default:
      dialogue.say("Left pending.");
      return undefined;
  }
}

async function approved({ terms }: ApprovalRequest, dialogue: Dialogue): Promise<Decision | undefined> {
  const typed = await confirmation(terms, dialogue);
  return typed && approve(typed);
}

/** What the terms want to be typed, as it is typed. Undefined: nothing was, so it is left pending. */
async function confirmation(terms: ReviewTerms, dialogue: Dialogue): Promise<{ readonly confirm?: Confirmation } | undefined> {
  const typed: Record<string, string> = {};
  for (const path of confirmedPaths(terms)) {
    const value = await dialogue.ask(`To sign, type what stands at ${path} (Enter = leave it pending) > `);
    if (value === "") return undefined;
    typed[path] = value;
  }
  return Object.keys(typed).length > 0 ? { confirm: typed } : {};
}

/** The complete arguments as one line of JSON, checked before they are signed. */
async function edited(request: ApprovalRequest, dialogue: Dialogue): Promise<Decision | undefined> {
  for (let draft = JSON.stringify(request.proposal.args); ;) {
    draft = await dialogue.ask("Arguments (JSON; empty = leave it pending) > ", draft);
    if (draft === "") return undefined;
    const checked = checkedArgs(draft, request);
    if ("problem" in checked) {
      dialogue.say(checked.problem);
      continue;
    }
    dialogue.say(`This will run:\n${indented(visibleJson(checked.args))}`);
    if ((await dialogue.ask("Sign it? y = yes, Enter = leave it pending > ")) !== "y") return undefined;
    const typed = await confirmation(request.terms, dialogue);
    return typed && edit(checked.args, typed);
  }
}

function checkedArgs(text: string, { argsSchema }: ApprovalRequest): { readonly args: object } | { readonly problem: string } {
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not JSON: ${visible(String((error as Error).message))}` };
  }
  if (typeof args !== "object" || args === null || Array.isArray(args)) return { problem: "The arguments must be a JSON object." };
  const parsed = argsSchema && parseWith(fromJsonSchema(argsSchema), args);
  // What a mask stands for is checked by whoever knows it.
  const issues = parsed && "issues" in parsed ? parsed.issues.filter(({ path }) => valueAt(args, path) !== MASK) : [];
  if (issues.length === 0) return { args };
  return { problem: issues.map(({ path, message }) => `${path.map(String).join(".")}: ${visible(message)}`).join("\n") };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined), value);
}

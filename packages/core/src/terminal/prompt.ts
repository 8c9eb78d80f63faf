import { createInterface } from "node:readline/promises";
import { approve, edit, reject, type Decision } from "../contract/decision.ts";
import { MASK } from "../contract/mask.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { confirmedPaths, decisionsOf } from "../contract/terms.ts";
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

/** What was decided here, and refused because something has to be typed for it. */
export interface Unconfirmed {
  readonly decision: Decision;
  /** What has to be typed stands there. */
  readonly paths: readonly string[];
}

/**
 * Shows a request in full and asks for a decision. Nothing typed, or anything unknown: no decision.
 * @param unconfirmed the decision that is asked for what it lacks, in the place of another one
 */
export async function prompt(
  request: ApprovalRequest,
  signal: AbortSignal,
  { input, output }: Terminal,
  unconfirmed?: Unconfirmed,
): Promise<Decision | undefined> {
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
    return await (unconfirmed ? confirmed(unconfirmed, dialogue) : decision(request, dialogue));
  } catch (error) {
    if (!signal.aborted) throw error;
    dialogue.say("\nNo longer waiting: the time is up, or somebody else has decided.");
    return undefined;
  } finally {
    lines.close();
  }
}

export function summary({ tool, namespace, agent, threadId, reason, requestedBy, expiresAt, proposal }: ApprovalRequest): string {
  const { title, risk, facts: told = [], links = [] } = proposal.description ?? {};
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["tool", visible(namespace === undefined ? tool : `${namespace}/${tool}`)],
    ["title", title && visible(title)],
    ["risk", risk],
    ["why", visible(reason)],
    ["agent", visible(agent)],
    ["thread", visible(threadId)],
    ["asked by", requestedBy && visible(requestedBy.name ?? requestedBy.id)],
    ["edited by", proposal.by && visible(proposal.by.name ?? proposal.by.id)],
    ["expires", expiresAt === undefined ? undefined : new Date(expiresAt).toISOString()],
    ...told.map(({ label, value }) => ["fact", visible(`${label}: ${value}`)] as const),
    ...links.map(({ label, url }) => ["link", visible(`${label}: ${url}`)] as const),
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
  const typed = await confirmation(confirmedPaths(terms), dialogue);
  return typed && approve(typed);
}

/** The same decision, with what it lacks. An edit may come under terms that nobody could see before. */
async function confirmed({ decision, paths }: Unconfirmed, dialogue: Dialogue): Promise<Decision | undefined> {
  if (decision.type === "reject") return undefined;
  if (decision.type === "edit") dialogue.say(`This will run:\n${indented(visibleJson(decision.args))}`);
  dialogue.say("Nothing was signed yet: something has to be typed for it, or something else than was typed.");
  const typed = await confirmation(paths, dialogue);
  const earlier = typeof decision.confirm === "object" ? decision.confirm : {};
  return typed && { ...decision, confirm: { ...earlier, ...typed.confirm } };
}

/** What has to be typed, as it is typed. Undefined: nothing was, so it is left pending. */
async function confirmation(
  paths: readonly string[],
  dialogue: Dialogue,
): Promise<{ readonly confirm?: Readonly<Record<string, string>> } | undefined> {
  const typed: Record<string, string> = {};
  for (const path of paths) {
    const value = await dialogue.ask(`To sign, type what stands at ${visible(path)} (Enter = leave it pending) > `);
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
    const typed = await confirmation(confirmedPaths(request.terms), dialogue);
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

import type { Description, PastCall } from "@countersign/core";
import type { ExplainedCall, ExplainedCondition, Explanation } from "@countersign/policy";
import { termsText, visible, visibleJson } from "@countersign/review";
import { Command } from "commander";
import { z } from "zod";
import { atDesk, roomOf } from "../desk.ts";
import { usage } from "../failure.ts";
import type { Line } from "../output/output.ts";
import { demand } from "../reviewers/consent.ts";
import { several } from "../settings/several.ts";
import { instant, json, jsonObject } from "../settings/values.ts";
import { ranBefore } from "./past-calls.ts";
import { authoring, loadPolicyAt, POLICY, TOOLS } from "./source.ts";

interface ExplainOptions {
  readonly args?: string;
  readonly context?: string;
  readonly agent?: string;
  readonly thread?: string;
  readonly requestedBy?: string;
  readonly role?: readonly string[];
  readonly history?: string;
  readonly now?: number;
  readonly request?: string;
  readonly tools?: string;
}

export function explain(): Command {
  return new Command("explain")
    .description("what the policy says of a call, which condition decided, and what it looked at")
    .argument(...POLICY)
    .argument("[tool]", "by name or namespace/name; not needed with --request")
    .option("--args <json>", "the arguments: JSON, @file, or - for standard input (default: {})")
    .option("--context <json>", "what the application knows about the conversation")
    .option("--agent <name>", "who proposes it")
    .option("--thread <id>", "in which conversation")
    .option("--requested-by <id>", "on whose behalf")
    .option("--role <role>", "a role of theirs; may be given several times", several)
    .option("--history <file>", 'what ran in the conversation before: a JSON list of { "tool": …, "args": { … } }')
    .option("--now <time>", "when it is: a date, or milliseconds since 1970 (default: now, or when the request was judged)", instant)
    .option("--request <id>", "the call of a request in the store, instead of one that you write")
    .option(...TOOLS)
    .action(async (path: string, tool: string | undefined, options: ExplainOptions, command: Command) => {
      const policy = await loadPolicyAt(path, options.tools);
      const { out } = await roomOf(command);
      const asked = options.request === undefined ? await written(tool, options) : await recorded(command, options.request);
      const history = options.history === undefined ? asked.history : await historyIn(options.history);
      const call = { ...asked, history, now: options.now ?? asked.now };
      const explanation = (await authoring()).explain(policy, call);
      out.result(explanation, ...linesOf(explanation));
    });
}

async function written(tool: string | undefined, options: ExplainOptions): Promise<ExplainedCall> {
  if (tool === undefined) throw usage("Which call? Name a tool, and its arguments with --args; or give --request <id>.");
  const { args, context, agent, thread, requestedBy, role } = options;
  const slash = tool.lastIndexOf("/");
  return {
    tool: tool.slice(slash + 1),
    namespace: slash < 0 ? undefined : tool.slice(0, slash),
    args: args === undefined ? {} : await jsonObject(args, "--args"),
    context: context === undefined ? undefined : await json(context, "--context"),
    agent,
    threadId: thread,
    requestedBy: requestedBy === undefined ? undefined : { id: requestedBy, ...(role && { roles: role }) },
  };
}

async function recorded(command: Command, id: string): Promise<ExplainedCall> {
  let call: ExplainedCall | undefined;
  await atDesk(command, async (desk) => {
    const request = await demand(desk, id);
    const { tool, namespace, args, agent, threadId, requestedBy, judgedAt: now } = request;
    const context = (await desk.store.getThread(desk.tenant, threadId))?.context;
    const history = await ranBefore(desk.store, desk.tenant, request);
    call = { tool, namespace, args, agent, threadId, requestedBy, context, history, now };
  });
  if (!call) throw usage(`There is no request ${id}.`);
  return call;
}

const past: z.ZodType<readonly PastCall[]> = z.array(
  z.strictObject({ namespace: z.string().optional(), tool: z.string().min(1), args: z.record(z.string(), z.json()) }),
);

async function historyIn(path: string): Promise<readonly PastCall[]> {
  const read = past.safeParse(await json(`@${path}`, "--history"));
  if (read.success) return read.data;
  throw usage(`${path} is no list of calls. Write [{ "tool": "send_payment", "args": { "amount": 4200 } }].`);
}

function linesOf({ verdict, rule, conditions, description }: Explanation): readonly Line[] {
  const reason = "reason" in verdict ? `: ${visible(verdict.reason)}` : "";
  const issues =
    verdict.type === "invalid"
      ? verdict.issues.map(({ path, message }) => `  ${visible(`${path.map(String).join(".")}: ${message}`)}`)
      : [];
  return [
    [{ style: "bold", text: verdict.type }, reason],
    `rule ${visible(rule)}${verdict.type === "ask" && verdict.tier !== undefined ? `, tier ${verdict.tier}` : ""}`,
    ...described(description),
    ...(verdict.type === "ask" ? [termsText(verdict.terms)] : []),
    ...issues,
    ...conditions.flatMap(looked),
  ];
}

/** What people read, if the policy says it. */
function described({ title, facts = [], links = [], risk }: Description = {}): readonly string[] {
  return [
    ...(title === undefined ? [] : [`reads: ${title}`]),
    ...facts.map(({ label, value }) => `  ${label}: ${value}`),
    ...links.map(({ label, url }) => `  ${label}: ${url}`),
    ...(risk === undefined ? [] : [`risk: ${risk}`]),
  ].map(visible);
}

function looked({ kind, tier, rail, file, condition, line, column, holds, error, values }: ExplainedCondition): readonly string[] {
  const place = `${file === undefined ? "" : `${file}:`}${line}:${column}`;
  const of = rail ?? (tier === undefined ? "" : `tier ${tier}`);
  const answer = error === undefined ? String(holds) : `counts as true: ${error}`;
  const saw = Object.entries(values).map(([name, value]) => `    ${visible(name)} = ${visibleJson(value, 0)}`);
  return [visible(`  ${place} ${of === "" ? "" : `${of}: `}${kind} if ${condition}: ${answer}`), ...saw];
}

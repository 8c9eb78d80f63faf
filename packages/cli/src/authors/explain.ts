import type { ExplainedCall, ExplainedCondition, Explanation } from "@countersign/policy";
import { visible, visibleJson } from "@countersign/core/terminal";
import { Command } from "commander";
import { atDesk, roomOf } from "../desk.ts";
import { usage } from "../failure.ts";
import type { Output } from "../output/output.ts";
import { termsText } from "../output/request.ts";
import { demand } from "../reviewers/consent.ts";
import { json, jsonObject, several } from "../settings/values.ts";
import { authoring, loadPolicyAt, POLICY, TOOLS } from "./source.ts";

interface ExplainOptions {
  readonly args?: string;
  readonly context?: string;
  readonly agent?: string;
  readonly thread?: string;
  readonly requestedBy?: string;
  readonly role?: readonly string[];
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
    .option("--request <id>", "the call of a request in the store, instead of one that you write")
    .option(...TOOLS)
    .action(async (path: string, tool: string | undefined, options: ExplainOptions, command: Command) => {
      const policy = await loadPolicyAt(path, options.tools);
      const { out } = roomOf(command);
      const call = options.request === undefined ? await written(tool, options) : await recorded(command, options.request);
      const explanation = (await authoring()).explain(policy, call);
      out.result(explanation, text(out, explanation));
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
    const { tool, namespace, args, agent, threadId, requestedBy } = await demand(desk, id);
    const context = (await desk.store.getThread(desk.tenant, threadId))?.context;
    call = { tool, namespace, args, agent, threadId, requestedBy, context };
  });
  if (!call) throw usage(`There is no request ${id}.`);
  return call;
}

function text(out: Output, { verdict, rule, conditions }: Explanation): string {
  const reason = "reason" in verdict ? `: ${visible(verdict.reason)}` : "";
  const issues =
    verdict.type === "invalid"
      ? verdict.issues.map(({ path, message }) => `  ${visible(`${path.map(String).join(".")}: ${message}`)}`)
      : [];
  return [
    `${out.style("bold", verdict.type)}${reason}`,
    `rule ${visible(rule)}`,
    ...(verdict.type === "ask" ? [termsText(verdict.terms)] : []),
    ...issues,
    ...conditions.flatMap(looked),
  ].join("\n");
}

function looked({ kind, condition, line, column, holds, error, values }: ExplainedCondition): readonly string[] {
  const answer = error === undefined ? (holds ? "true" : "false") : `can't be evaluated, and so counts as true: ${error}`;
  const saw = Object.entries(values).map(([name, value]) => `    ${visible(name)} = ${visibleJson(value, 0)}`);
  return [visible(`  ${line}:${column} ${kind} if ${condition}: ${answer}`), ...saw];
}

import type { JsonObject } from "@countersign/core";
import { turnIdOf } from "@countersign/core/adapter";
import type { ApplyPatchTool, Editor, RunContext, ShellResult, ShellTool } from "@openai/agents";
import { register, type Kit } from "../gated.ts";
import { guard, type Entry } from "../guard.ts";
import { keyOf, scopeOf, type Scope } from "../run.ts";
import { failedCommand } from "../told.ts";
import { mustStop } from "./must-stop.ts";

/** Kinds of tool whose function is not told which call it serves: they are known by what they do. */

type LocalShell = Extract<ShellTool, { shell: object }>;

export function gatedShell(kit: Kit, tool: LocalShell): LocalShell {
  const { gate, who } = kit;
  const { onApproval, ...rest } = tool;
  const copy: LocalShell = {
    ...rest,
    needsApproval: (context, action, callId = "") =>
      stops(scopeOf(gate, tool.name, who, context), { callId, tool: tool.name, args: action }, () =>
        tool.needsApproval(context, action, callId),
      ),
    shell: {
      async run(action) {
        const scope = scopeOf(gate, tool.name, who, undefined);
        const guarded = await guard(scope, entryOf(scope, tool.name, action), () => tool.shell.run(action));
        return guarded.status === "ran" ? (guarded.output as ShellResult) : { output: [failedCommand(String(guarded.told))] };
      },
    },
  };
  register(copy, { gate, name: tool.name, original: tool, namespace: undefined, argsSchema: undefined });
  return copy;
}

export function gatedApplyPatch(kit: Kit, tool: ApplyPatchTool): ApplyPatchTool {
  const { gate, who } = kit;
  const { onApproval, ...rest } = tool;
  const guarded = async (operation: object, context: RunContext | undefined, run: () => unknown): Promise<never> => {
    const scope = scopeOf(gate, tool.name, who, context);
    const came = await guard(scope, entryOf(scope, tool.name, operation), run);
    return (came.status === "ran" ? came.output : { status: "failed", output: String(came.told) }) as never;
  };
  const editor: Editor = {
    createFile: (operation, context) => guarded(operation, context?.runContext, () => tool.editor.createFile(operation, context)),
    updateFile: (operation, context) => guarded(operation, context?.runContext, () => tool.editor.updateFile(operation, context)),
    deleteFile: (operation, context) => guarded(operation, context?.runContext, () => tool.editor.deleteFile(operation, context)),
  };
  const copy: ApplyPatchTool = {
    ...rest,
    editor,
    needsApproval: (context, operation, callId = "") =>
      stops(scopeOf(gate, tool.name, who, context), { callId, tool: tool.name, args: operation }, () =>
        tool.needsApproval(context, operation, callId),
      ),
  };
  register(copy, { gate, name: tool.name, original: tool, namespace: undefined, argsSchema: undefined });
  return copy;
}

interface Action {
  readonly callId: string;
  readonly tool: string;
  readonly args: object;
}

/** What need not stop is noted by what it does, for the moment in which it does it. */
async function stops(scope: Scope, { callId, tool, args }: Action, itself: () => Promise<boolean>): Promise<boolean> {
  const must = await mustStop(scope, callId, { tool, args: args as JsonObject }, itself);
  if (!must) scope.run.passed.push({ callId, deed: deedOf(scope, tool, args) });
  return must;
}

/** Of several equal actions each takes one ticket: they are interchangeable. */
function entryOf(scope: Scope, tool: string, args: object): Entry | undefined {
  const { tickets, passed } = scope.run;
  const deed = deedOf(scope, tool, args);
  const at = tickets.findIndex(
    ({ path, call: { namespace, tool, args } }) =>
      namespace === undefined && keyOf(path, "") === keyOf(scope.path, "") && deedOf(scope, tool, args) === deed,
  );
  const [ticket] = at < 0 ? [] : tickets.splice(at, 1);
  if (ticket) return { call: ticket.call, fresh: false };
  const free = passed.findIndex((action) => action.deed === deed);
  const [action] = free < 0 ? [] : passed.splice(free, 1);
  return action && { call: { turnId: crypto.randomUUID(), callId: action.callId, tool, args: args as JsonObject }, fresh: true };
}

function deedOf({ path }: Scope, tool: string, args: object): string {
  return turnIdOf([path, tool, args]);
}

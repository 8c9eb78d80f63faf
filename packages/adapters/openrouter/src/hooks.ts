import { HookName, HooksManager, type CallModelInput, type Tool } from "@openrouter/agent";

export type HooksSetting = CallModelInput<readonly Tool[]>["hooks"];

/** The application's hooks, for calls that the SDK itself doesn't get to run. */
export function hooksOf(setting: HooksSetting): HooksManager | undefined {
  if (!setting || setting instanceof HooksManager) return setting;
  const manager = new HooksManager();
  for (const name of AROUND_TOOLS) for (const entry of setting[name] ?? []) manager.on(name, entry as never);
  return manager;
}
const AROUND_TOOLS = [HookName.PreToolUse, HookName.PostToolUse, HookName.PostToolUseFailure] as const;

import type { ModelMessage, ToolSet } from "ai";
import { gatedOf } from "./gated.ts";
import type { CallOptions } from "./run.ts";

/** What version 7 hands to an application that decides about all tools in one place. */
interface About {
  readonly toolCall: { readonly toolCallId: string; readonly toolName: string; readonly input: unknown };
  readonly messages: ModelMessage[];
  readonly toolsContext?: Readonly<Record<string, unknown>> | undefined;
}
/** …and about one tool. */
interface AboutOne {
  readonly toolCallId: string;
  readonly messages: ModelMessage[];
  readonly toolContext?: unknown;
}

/**
 * An application's own `toolApproval` stands before the question of a gated tool, and an agent that it lets pass wouldn't
 * stop. So it is asked first, and then the tool, whose question it can't take away. For the options of a run: empty for an
 * agent without one. One that the agent keeps where it can't be seen is left as it is; its calls don't run.
 */
export function withoutBypass(agent: object, tools: ToolSet): { readonly toolApproval?: unknown } {
  const own = ownApproval(agent);
  if (typeof own === "function") {
    return {
      toolApproval: async (about: About): Promise<unknown> => {
        const { toolCallId, toolName, input } = about.toolCall;
        const options = { toolCallId, messages: about.messages, context: about.toolsContext?.[toolName] };
        return stricter(await (own as (about: About) => unknown)(about), toolNamed(tools, toolName), input, options);
      },
    };
  }
  if (typeof own !== "object" || own === null) return {};
  return { toolApproval: Object.fromEntries(Object.entries(own).map(([name, word]) => [name, ofTool(word, toolNamed(tools, name))])) };
}

/** Only a ToolLoopAgent has settings, and it doesn't show them. */
function ownApproval(agent: object): unknown {
  const settings: unknown = "settings" in agent ? agent.settings : undefined;
  return typeof settings === "object" && settings !== null && "toolApproval" in settings ? settings.toolApproval : undefined;
}

function ofTool(word: unknown, tool: ToolSet[string] | undefined): unknown {
  if (word === undefined || word === null || !gatedOf(tool)) return word;
  return async (input: unknown, about: AboutOne): Promise<unknown> => {
    const said: unknown = typeof word === "function" ? await (word as (input: unknown, about: AboutOne) => unknown)(input, about) : word;
    return stricter(said, tool, input, { toolCallId: about.toolCallId, messages: about.messages, context: about.toolContext });
  };
}

/** An option of the SDK can refuse, and it can ask as well; it can't allow. @throws NOT_APPROVED on a resume that nobody signed */
async function stricter(said: unknown, tool: ToolSet[string] | undefined, input: unknown, options: CallOptions): Promise<unknown> {
  const type = typeof said === "object" && said !== null && "type" in said ? said.type : said;
  if (type === "denied" || type === "user-approval" || !gatedOf(tool)) return said;
  const { needsApproval } = tool as { readonly needsApproval?: (input: unknown, options: CallOptions) => unknown };
  return (await needsApproval?.(input, options)) === false ? said : "user-approval";
}

function toolNamed(tools: ToolSet, name: string): ToolSet[string] | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}

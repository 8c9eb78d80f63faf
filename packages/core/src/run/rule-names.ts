import type { Gate } from "../contract/gate.ts";
import type { Offer, OfferedTool } from "../contract/inspection.ts";
import { internalsOf, type GatingKernel, type Kernel } from "../kernel.ts";
import { allRules } from "../policy/compiled.ts";
import { nearest } from "../errors/did-you-mean.ts";
import { rulesFor } from "../policy/find.ts";
import { addressed, overlaps, ruleName } from "../policy/names.ts";

type Policy = GatingKernel["policy"];

/** Rules that stand for none of these tools: misspelt, or of another agent. */
export function idleRules({ compiled }: Policy, tools: readonly string[]): readonly string[] {
  const names = tools.map(ruleName);
  return allRules(compiled)
    .filter((rule) => !names.some((tool) => overlaps(tool, rule.name)))
    .map(({ name }) => name.text);
}

/** Tells of tools that no rule names though one is named nearly alike: once each, and then the default holds for them. */
export function misspellings({ policy, warn }: Pick<GatingKernel, "policy" | "warn">, who = ""): (offers: readonly Offer[]) => void {
  const told = new Set<string>();
  const seen = new Set<string>();
  return (offers) => {
    for (const { name, gate } of offers.flatMap(({ tools }) => tools)) if (gate) seen.add(name);
    const tools = [...seen];
    const unnamed = tools.filter((tool) => !told.has(tool) && !tool.endsWith("/*") && isUnnamed(policy, tool));
    if (unnamed.length === 0) return;
    const idle = idleRules(policy, tools);
    for (const tool of unnamed) {
      const rule = nearest(tool, idle);
      if (rule === undefined) continue;
      told.add(tool);
      warn(`${who}${outcomeFor(policy, tool)} The rule ${rule} stands for no tool. Is one of the two names misspelt? Put it right, or give ${tool} a rule of its own.`); // prettier-ignore
    }
  };
}

/** The same where no runner looks at all tools at once: of those that this gate has seen so far. */
export function tellMisspelt(kernel: Kernel, tools: readonly OfferedTool[]): void {
  const { policy, warn } = kernel;
  if (!policy) return;
  const tell = natively.get(kernel) ?? misspellings({ policy, warn });
  natively.set(kernel, tell);
  tell([{ tools }]);
}
const natively = new WeakMap<Kernel, ReturnType<typeof misspellings>>();

/**
 * An option of a framework may name tools, too: tells of a name that none of them has though one is named nearly alike, once.
 * @param option as the application writes it
 * @example warnMisspelt(gate, "interruptOn", ["pya"], ["pay"])
 */
export function warnMisspelt(gate: Gate, option: string, names: readonly string[], tools: readonly string[]): void {
  const { kernel } = internalsOf(gate);
  const told = toldOf.get(kernel) ?? new Set();
  toldOf.set(kernel, told);
  for (const name of names.filter((each) => !tools.includes(each) && !told.has(`${option}.${each}`))) {
    const tool = nearest(name, tools.filter((each) => !names.includes(each))); // prettier-ignore
    if (tool === undefined) continue;
    told.add(`${option}.${name}`);
    kernel.warn(`${option}.${name} stands for no tool, and asks about none. Did you mean ${tool}?`);
  }
}
const toldOf = new WeakMap<Kernel, Set<string>>();

/** What the default does to it: a default that allows runs what somebody should have signed. */
function outcomeFor({ compiled: { fallback } }: Policy, tool: string): string {
  if (fallback.ask.length > 0 || fallback.deny)
    return `No rule names the tool ${tool}, so the policy's default (${fallback.deny ? "deny" : "ask"}) holds for it.`;
  return `The tool ${tool} runs WITHOUT A SIGNATURE: no rule names it, and the policy's default is allow.`;
}

function isUnnamed(policy: Policy, address: string): boolean {
  const call = addressed(address);
  return rulesFor(policy.versionFor(call), call).length === 0;
}

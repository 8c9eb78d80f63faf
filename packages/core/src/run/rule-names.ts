import type { Offer } from "../contract/inspection.ts";
import type { GatingKernel } from "../kernel.ts";
import { rulesFor } from "../policy/check.ts";
import { nearest } from "../policy/did-you-mean.ts";
import { addressed, overlaps, ruleName } from "../policy/names.ts";

type Policy = GatingKernel["policy"];

/** Rules that stand for none of these tools: misspelt, or of another agent. */
export function idleRules({ compiled }: Policy, tools: readonly string[]): readonly string[] {
  const names = tools.map(ruleName);
  return compiled.rules.filter((rule) => !names.some((tool) => overlaps(tool, rule.name))).map(({ name }) => name.text);
}

/** Tells of tools that no rule names though one is named nearly alike: once each, and then the default holds for them. */
export function misspellings({ policy, warn }: GatingKernel, runner: string): (offers: readonly Offer[]) => void {
  const told = new Set<string>();
  return (offers) => {
    const tools = offers.flatMap((offer) => offer.tools.flatMap(({ name, gate }) => (gate ? [name] : [])));
    const unnamed = tools.filter((tool) => !told.has(tool) && !tool.endsWith("/*") && isUnnamed(policy, tool));
    if (unnamed.length === 0) return;
    const idle = idleRules(policy, tools);
    for (const tool of unnamed) {
      const rule = nearest(tool, idle);
      if (rule === undefined) continue;
      told.add(tool);
      warn(
        `Runner ${runner}: no rule names the tool ${tool}, so the default holds for it; and the rule ${rule} stands for no tool. ` +
          "If one of them is misspelt, put it right.",
      );
    }
  };
}

function isUnnamed(policy: Policy, address: string): boolean {
  const call = addressed(address);
  return rulesFor(policy.versionFor(call), call).length === 0;
}

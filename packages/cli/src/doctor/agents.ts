import { isCountersignError, type AgentRunner } from "@countersign/core";
import { reviewerOf } from "@countersign/core/adapter";
import { inspectTools } from "@countersign/core/surface";
import { explained } from "../failure.ts";
import { loadModule, runnersIn } from "../settings/module.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** The agents of an application: are their tools gated, do their conversations survive a restart, and does somebody see their calls? */
export async function agents(module: string | undefined): Promise<readonly Finding[]> {
  if (module === undefined)
    return [
      warning("agents", "No agents were looked at: no module was named.", "Give --module <file>, the module that exports their runners."),
    ];
  try {
    const runners = runnersIn(await loadModule(module));
    if (runners.length === 0)
      return [problem("agents", `${module} exports no runner.`, "Export it: export const payments = createRunner(…).")];
    const found = await Promise.all(runners.map(ofRunner));
    const findings = [...found.flatMap(({ findings }) => findings), ...rulesWithoutTools(found)];
    for (const store of new Set(runners.map(({ gate }) => gate.store))) await store.close();
    return findings;
  } catch (error) {
    return [problem("agents", explained(error).message, "Correct the module, or name another one.")];
  }
}

/** What an agent is found to have, and the rules of its gate that stand for none of its tools. */
interface Found {
  readonly gate: AgentRunner["gate"];
  readonly findings: readonly Finding[];
  readonly idle: readonly string[] | undefined;
}

/** Agents share a policy: a rule is misspelt, or left over, if it stands for no tool of any of them. */
function rulesWithoutTools(found: readonly Found[]): readonly Finding[] {
  return [...Map.groupBy(found, ({ gate }) => gate).values()].flatMap(([first, ...others]) => {
    const idle = first?.idle?.filter((rule) => others.every((other) => other.idle?.includes(rule)));
    if (!idle || idle.length === 0) return [];
    const message = `${idle.length === 1 ? "This rule names" : "These rules name"} no tool of these agents: ${idle.join(", ")}.`;
    return [warning("agents", message, "Correct the name if it is misspelt. Until then the policy's default decides about the tool.")];
  });
}

async function ofRunner(runner: AgentRunner): Promise<Found> {
  const { name, gate, forgetsWithProcess } = runner;
  const { store } = gate;
  const reviewer = reviewerOf(gate);
  const { found, idle } = await toolsOf(runner);
  if (!store.capabilities.durable)
    found.push(
      problem("agents", `${name}: its store keeps requests in memory, so a restart loses them.`, "Use sqliteStore or postgresStore."),
    );
  if (forgetsWithProcess) {
    const message = `${name}: its checkpointer keeps conversations in memory, so a restart loses those that wait for a signature.`;
    found.push(problem("agents", message, "Use a checkpointer that writes to a file or a database."));
  }
  if (reviewer?.as.kind === "automation") {
    const message = `${name}: ${reviewer.as.id} signs its calls in the process. No person sees them: it is an automation.`;
    found.push(
      (reviewer.as.id === "dangerously-approve-all" ? problem : warning)(
        "agents",
        message,
        "To have people sign, remove reviewer from createGate.",
      ),
    );
  }
  if (found.length === 0) found.push(ok("agents", `${name}: its conversations and its requests survive a restart.`));
  return { gate, findings: found, idle };
}

/** Most keep the runner from being made, and so the module from being loaded. Others are known only after that. */
async function toolsOf(runner: AgentRunner): Promise<{ readonly found: Finding[]; readonly idle: readonly string[] | undefined }> {
  try {
    return { found: [], idle: await inspectTools(runner) };
  } catch (error) {
    if (!isCountersignError(error, "SETUP")) throw error;
    return { found: [problem("agents", error.message, "The agent's runs don't begin until this is put right.")], idle: undefined };
  }
}

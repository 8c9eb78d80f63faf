import { createGate, type Policy } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { withMiddleware, withTools, type Converse } from "../langgraph/allowed.ts";
import { median, paired, timed, type Sides } from "../measure.ts";
import { explained, ratioFigure, type Figure, type Row } from "../row.ts";
import { ARGS, policy } from "../stores/policy.ts";
import { evaluateConditions, policyFromFile } from "../stores/policy-file.ts";

const AIM = 5;
/** Core's part takes microseconds: so many calls make one sample. */
const TOGETHER = 500;
/** Calls of one turn on LangGraph, so that what a call costs stands out from what a run costs. */
const CALLS = 20;

/** A call that the policy allows, beside the same call without a gate. */
export const allowedCall: Row = {
  name: "Allowed call",
  async run(bench) {
    const core = added("allowed call: added by core", await onCore(policy, () => {}, bench.rounds(200)), TOGETHER);
    const file = added(
      "allowed call: added by core, policy file",
      await onCore(policyFromFile, evaluateConditions, bench.rounds(200)),
      TOGETHER,
    );
    const ofWhich = async (): Promise<readonly string[]> => [
      `core's part: ${core.value.toFixed(1)} µs; the rest is finding the run, its conversation and the turn in LangGraph's config, and LangGraph's own hooks`,
    ];
    const tools = await onLangGraph(withTools(CALLS), bench.rounds(80));
    const hooks = await onLangGraph(idly(withMiddleware(CALLS)), bench.rounds(80));
    const whole = await onLangGraph(withTools(1), bench.rounds(200));
    const middleware = withMiddleware(1);
    const hooked = await onLangGraph(idly(middleware), bench.rounds(200));
    return [
      core,
      file,
      await explained(added("allowed call: added on LangGraph, gateTools", tools, CALLS), ofWhich),
      await explained(added("allowed call: added on LangGraph, middleware beside an idle one", hooks, CALLS), ofWhich),
      await explained(ratioFigure("allowed call: whole run, LangGraph gateTools", whole, 1.05), ofWhich),
      await explained(ratioFigure("allowed call: whole run, LangGraph middleware beside an idle one", hooked, 1.05), async () => {
        const plain = await onLangGraph(middleware, bench.rounds(50));
        return [`beside an agent without any middleware: ${(median(plain.subject) / median(plain.baseline)).toFixed(2)}x`];
      }),
    ];
  },
};

/** LangChain makes nodes of hooks, whatever they do: that is not the gate's. */
const idly = ({ gated, idle }: { readonly gated: Converse; readonly idle: Converse }) => ({ gated, plain: idle });

const running = (converse: Converse) => (): Promise<number> => timed(converse);

function onLangGraph({ gated, plain }: { readonly gated: Converse; readonly plain: Converse }, rounds: number): Promise<Sides> {
  return paired(running(gated), running(plain), { rounds, warmup: Math.min(20, rounds) });
}

/** mustWait and execute, as every adapter calls them, beside the effect alone; `conditions` are what the policy can't do without. */
function onCore(policy: Policy, conditions: () => void, rounds: number): Promise<Sides> {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const effect = async (args: typeof ARGS): Promise<string> => args.recipient;
  const gated = async (): Promise<void> => {
    const thread = openThread(gate, { threadId: "bench", agent: "bench", framework: "bench" });
    for (let i = 0; i < TOGETHER; i++) {
      const call: ProposedCall = { turnId: "msg_1", callId: `call_${i}`, tool: "read", args: ARGS };
      const waits = thread.mustWait(call, { fresh: true });
      if (waits !== false && (await waits)) throw new Error("an allowed call waits for nobody");
      await thread.execute(call, (args) => effect(args as typeof ARGS), { fresh: true });
    }
  };
  const plain = async (): Promise<void> => {
    for (let i = 0; i < TOGETHER; i++) {
      conditions();
      await effect(ARGS);
    }
  };
  return paired(() => timed(gated), () => timed(plain), { rounds, warmup: Math.min(20, rounds) }); // prettier-ignore
}

/** What one call takes longer, in µs. */
export function added(name: string, { subject, baseline }: Sides, calls: number): Figure {
  const gated = (median(subject) * 1_000) / calls;
  const plain = (median(baseline) * 1_000) / calls;
  const value = gated - plain;
  return { name, unit: "µs", value, baseline: plain, ratio: gated / plain, aim: `≤ ${AIM} µs`, holds: value <= AIM };
}

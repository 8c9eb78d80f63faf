import { createGate, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { AdapterHarness } from "../contract/harness.ts";
import { alice } from "./cast.ts";
import { declares } from "./capabilities.ts";
import type { Diary } from "./diary.ts";
import { effectsIn, evaluationsIn } from "./effects.ts";
import type { Answer, Place, Step } from "./process/order.ts";
import type { Crew } from "./process/crew.ts";
import type { Pool } from "./process/pool.ts";
import type { DecideOptions, Stage, StartOptions, StepOptions } from "./stage.ts";

/** Where a case is played: its place, and the processes that play it. */
export interface Theatre {
  readonly place: Omit<Place, "variant" | "kill" | "calledOff" | "keep">;
  /** Load the framework. */
  readonly agents: Pool;
  /** Never load it: they decide. */
  readonly desks: Pool;
  readonly store: StorePort;
  readonly capabilities: AdapterHarness["capabilities"];
  /** Every step and what came of it. */
  readonly diary: Diary;
}

const THREAD = "thread-1";
const WHEN_FREE_MS = 20_000;

export interface CountersignStage extends Stage {
  close(): void;
}

export function countersignStage({ place, agents, desks, store, capabilities, diary }: Theatre): CountersignStage {
  const served: Crew[] = [];
  const atDesk: Crew[] = [];
  const gate: Gate = createGate({ store, warn: () => {} });
  const durable = capabilities.durable === true;
  const alone = durable ? undefined : agents.reserve();

  async function carryOut(step: Step, { variant = "", kill, calledOff, sameProcess }: StepOptions): Promise<Answer> {
    const order = { place: { ...place, variant, kill, calledOff, keep: !durable }, step };
    const answer =
      step.do === "decide"
        ? await desks.carryOut(order, atDesk)
        : await agents.carryOut(order, served, alone ?? (sameProcess ? served.at(-1) : undefined));
    return diary.note(order, answer);
  }

  const resume = (options: StepOptions = {}): Promise<Answer> =>
    carryOut({ do: "resume", threadId: options.threadId ?? THREAD, stream: options.stream }, options);

  return {
    gate,
    declares: (capability) => declares(capabilities, capability),
    effects: () => effectsIn(place.dir),
    evaluations: () => evaluationsIn(place.dir),
    start: ({ input = "go", pending, requestedBy = "bob", context, ...options }: StartOptions = {}) =>
      carryOut(
        { do: "start", threadId: options.threadId ?? THREAD, input, pending, requestedBy, context, stream: options.stream },
        options,
      ),
    resume,
    async resumeAtOnce(count, { threadId = THREAD, apart = 0, variant = "", kill } = {}) {
      const order = { place: { ...place, variant, kill, keep: !durable }, step: { do: "resume", threadId } } as const;
      return diary.noteAll(order, await agents.carryOutAtOnce(count, apart, order, served));
    },
    async resumeWhenFree(options) {
      for (const since = Date.now(); ;) {
        const answer = await resume(options);
        // LEASE_LOST: on a busy machine this process may have stood still for longer than its short lease.
        const busy = answer.status === "running" || answer.code === "EXECUTION_BUSY" || answer.code === "LEASE_LOST";
        if (!busy || Date.now() - since > WHEN_FREE_MS) return answer;
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    },
    decide: ({ id, digest }, decision, { by = alice, withPolicy = false, digest: seen = digest, ...options }: DecideOptions = {}) =>
      carryOut({ do: "decide", id, digest: seen, decision, by, desk: !withPolicy }, options),
    look: (options = {}) => carryOut({ do: "look", threadId: options.threadId ?? THREAD }, options),
    work: (options = {}) => carryOut({ do: "work" }, options),
    answerNatively: (given, by, options = {}) =>
      carryOut({ do: "answer", threadId: options.threadId ?? THREAD, answers: given, by }, options),
    close: () => {
      if (alone) agents.release(alone);
    },
  };
}

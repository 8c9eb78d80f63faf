import type { Decision } from "@countersign/core";
import type { NativeHarness } from "../contract/harness.ts";
import { alice } from "./cast.ts";
import { declares } from "./capabilities.ts";
import type { Diary } from "./diary.ts";
import { effectsIn, evaluationsIn } from "./effects.ts";
import type { Answer, Place, Step } from "./process/order.ts";
import type { Crew } from "./process/crew.ts";
import type { Pool } from "./process/pool.ts";
import type { Stage, StepOptions } from "./stage.ts";

const THREAD = "thread-1";

/**
 * The same stage for a framework's own approvals: there is no place where a decision is kept, so the application keeps
 * what people said until it resumes, as the frameworks' own examples do.
 */
export function nativeStage(
  place: Omit<Place, "variant" | "kill">,
  { capabilities, agents, diary }: { readonly capabilities: NativeHarness["capabilities"]; readonly agents: Pool; readonly diary: Diary },
): Stage {
  const served: Crew[] = [];
  const said = new Map<string, Record<string, Decision>>();
  const sent = new Map<string, Record<string, Decision>>();

  async function carryOut(step: Step, { variant = "", kill, sameProcess }: StepOptions): Promise<Answer> {
    const order = { place: { ...place, variant, kill }, step };
    return diary.note(order, await agents.carryOut(order, served, sameProcess ? served.at(-1) : undefined));
  }

  async function resume({ again = false, ...options }: StepOptions & { again?: boolean } = {}): Promise<Answer> {
    const threadId = options.threadId ?? THREAD;
    const answers = (again ? sent : said).get(threadId) ?? {};
    const answer = await carryOut({ do: "native-resume", threadId, answers }, options);
    if (answer.status === "suspended" || answer.status === "completed") {
      if (Object.keys(answers).length > 0) sent.set(threadId, answers);
      said.delete(threadId);
    }
    return answer;
  }

  return {
    declares: (capability) => declares(capabilities, capability),
    effects: () => effectsIn(place.dir),
    evaluations: () => evaluationsIn(place.dir),
    start: ({ input = "go", ...options } = {}) => carryOut({ do: "native-start", threadId: options.threadId ?? THREAD, input }, options),
    resume,
    async resumeAtOnce(count, { threadId = THREAD, apart = 0, variant = "", kill } = {}) {
      const step = { do: "native-resume", threadId, answers: said.get(threadId) ?? {} } as const;
      const order = { place: { ...place, variant, kill }, step };
      return diary.noteAll(order, await agents.carryOutAtOnce(count, apart, order, served));
    },
    resumeWhenFree: resume,
    async decide({ id }, decision, { threadId = THREAD } = {}) {
      said.set(threadId, { ...said.get(threadId), [id]: decision });
      const step = { do: "decide", id, digest: "", decision, by: alice, desk: true } as const;
      return diary.note({ step, place: {} }, { status: "decided", pending: [], transcript: [], requests: 0, chunks: 0, pid: process.pid });
    },
    look: () => unsupported("a conversation of a runner's"),
    work: () => unsupported("a worker"),
    answerNatively: () => unsupported("a second way to answer"),
    get gate() {
      return unsupported("a gate");
    },
  };
}

function unsupported(what: string): never {
  throw new Error(`a framework's own approvals have no ${what}: this case must not be marked native`);
}

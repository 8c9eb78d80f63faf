import { test as base, type TestAPI } from "vitest";
import { inProcess, type Answer } from "./process.ts";
import { newPlace, type Behaviour, type Place } from "./world.ts";

const thread = "pay-001";
export const LARGE = { amount: 4_200, recipient: "Acme Corp" };
export const asking = (...calls: object[]): string => JSON.stringify(calls.map((args) => ["send_payment", args]));

/** A thread in a place of its own, and what processes of their own do with it. */
interface Steps {
  readonly place: Place;
  start(input?: string, behaviour?: Behaved): Promise<Answer>;
  resume(behaviour?: Behaved): Promise<Answer>;
  invoke(behaviour?: Behaved): Promise<Answer>;
  decide(
    request: string,
    decision: "approve" | "edit" | "reject",
    rest?: { readonly args?: object; readonly message?: string },
  ): Promise<Answer>;
}
type Behaved = Omit<Behaviour, "outside" | "script">;

function stepsAt(place: Place): Steps {
  return {
    place,
    start: (input = asking(LARGE), behaviour = {}) => inProcess({ place, do: "start", thread, input, behaviour }),
    resume: (behaviour = {}) => inProcess({ place, do: "resume", thread, behaviour }),
    invoke: (behaviour = {}) => inProcess({ place, do: "invoke", thread, behaviour }),
    decide: (request, decision, rest = {}) => inProcess({ place, do: "decide", request, decision, ...rest }),
  };
}

export const test: TestAPI<{ steps: Steps }> = base.extend<{ steps: Steps }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest wants the braces
  steps: async ({}, use) => use(stepsAt(newPlace())),
});
export const pendingId = (answer: Answer, index = 0): string => answer.value.pending[index].id as string;

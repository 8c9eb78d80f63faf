import fc from "fast-check";
import type { Batch, Committed, StorePort } from "@countersign/core/store";
import { holds } from "../check.ts";
import type { StoreCase, StoreEnv } from "../env.ts";
import { reasonsAgainst, write } from "../model/commit.ts";
import { sameState } from "../model/compare.ts";
import { follow, type Subject } from "../model/follow.ts";
import { copyOf, type TenantState } from "../model/state.ts";
import { having } from "../optional.ts";
import { batchOf, commitStep, steps } from "../model/steps.ts";

/** Bounded twice: so many runs, and no more than this time, in ms. What was tried until then counts. */
const RUNS = 60;
const LIMIT = 20_000;

/** Every run is a tenant of its own in one store: they must not be in each other's way either. */
async function compare(env: StoreEnv, subject: Subject, other: number, options: Parameters<typeof steps>[1] = {}): Promise<void> {
  let run = 0;
  const property = fc.asyncProperty(steps(other, options), async (all) => {
    await follow(subject, `run-${run++}`, all);
  });
  await fc.assert(property, { numRuns: RUNS, seed: env.seed, plugins: [fc.interruptAfterTimeLimit(LIMIT)] });
}

function permutations<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, n) => permutations([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]));
}

/** Would these batches, one after the other in this order, be answered like this? What is there then. */
function inOrder(
  state: TenantState,
  batches: readonly Batch[],
  answers: readonly Committed[],
  order: readonly number[],
  now: number,
): TenantState | undefined {
  const copy = copyOf(state);
  for (const n of order) {
    const [batch, answer] = [batches[n], answers[n]];
    if (!batch || !answer) return undefined;
    const reasons = reasonsAgainst(copy, batch, now);
    if (answer.ok ? reasons.size > 0 : !reasons.has(answer.reason)) return undefined;
    if (answer.ok) write(copy, batch);
  }
  return copy;
}

async function isOneOf(store: StorePort, tenant: string, states: readonly TenantState[]): Promise<boolean> {
  let failure: unknown = "no order of the batches explains their answers";
  for (const state of states) {
    try {
      await sameState(store, tenant, state);
      return true;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

export const modelCases: readonly StoreCase[] = [
  {
    id: "store.model.steps",
    title: "After any sequence of commits, claims and lists the store answers and holds what the model does.",
    guards: "A combination that nobody thought of is stored wrongly.",
    run: async (env) => {
      const store = await env.open();
      await compare(env, { store: () => store, other: async () => {} }, 0);
    },
  },
  {
    id: "store.model.reopened",
    title: "The same, with the store closed and opened again in between.",
    guards: "Something that is kept in memory only is right until the next deploy.",
    needs: ["durable"],
    run: async (env) => {
      let store = await env.open();
      const other = async (): Promise<void> => {
        await store.close();
        store = await env.open();
      };
      await compare(env, { store: () => store, other }, 1);
    },
  },
  {
    id: "store.model.handles",
    title: "The same, by two that have the store open at once, in turns.",
    guards: "A process believes what it remembers.",
    needs: ["shared"],
    run: async (env) => {
      const both = [await env.open(), await env.open()] as const;
      let turn = 0;
      const other = async (): Promise<void> => void (turn = 1 - turn);
      await compare(env, { store: () => (turn === 0 ? both[0] : both[1]), other }, 8);
    },
  },
  {
    id: "store.model.purge",
    title: "The same, with requests purged and chains dropped, while somebody reads the events page by page.",
    guards: "What is removed takes something else with it.",
    run: async (env) => {
      const store = having(await env.open(), "closedThreads");
      await compare(env, { store: () => store, other: async () => {} }, 0, { purges: true });
    },
  },
  {
    id: "store.model.at-once",
    title: "Commits at once are answered, and leave things, as if they had come one after the other.",
    guards: "Two batches are judged on the same state, and both are written.",
    run: async (env) => {
      const store = await env.open();
      let run = 0;
      const batch = commitStep.filter(({ changes, events }) => changes.length + events.length > 0);
      const property = fc.asyncProperty(steps(0), fc.array(batch, { minLength: 2, maxLength: 3 }), async (before, wanted) => {
        const tenant = `run-${run++}`;
        const state = await follow({ store: () => store, other: async () => {} }, tenant, before);
        const batches = wanted.map((one) => batchOf(tenant, state, one));
        const answers = await Promise.all(batches.map((one) => store.commit(one)));
        const now = await store.now();
        const orders = permutations([...batches.keys()]);
        const states = orders.map((order) => inOrder(state, batches, answers, order, now)).filter((one) => one !== undefined);
        holds(await isOneOf(store, tenant, states), "no order of the batches explains what is there");
      });
      await fc.assert(property, { numRuns: RUNS, seed: env.seed, plugins: [fc.interruptAfterTimeLimit(LIMIT)] });
    },
  },
];

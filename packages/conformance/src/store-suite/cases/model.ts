import { AssertionError } from "node:assert/strict";
import fc from "fast-check";
import type { Batch, Committed, StorePort } from "@countersign/core/store";
import type { StoreCase, StoreEnv } from "../env.ts";
import { checkModel } from "../model/check-model.ts";
import { reasonsAgainst, write } from "../model/commit.ts";
import { sameState } from "../model/compare.ts";
import { Told } from "../model/differs.ts";
import { follow, type Subject } from "../model/follow.ts";
import { copyOf, type TenantState } from "../model/state.ts";
import { having } from "../optional.ts";
import { batchOf, commitStep, steps, type CommitStep, type Step } from "../model/steps.ts";
import { batchWords, committedWords } from "../words.ts";

/** Nobody else does anything to the store. */
const NOTHING: Omit<Subject, "store"> = { otherIs: "", other: async () => {} };

/** Every run is a tenant of its own in one store: they must not be in each other's way either. */
async function compare(env: StoreEnv, subject: Subject, other: number, options: Parameters<typeof steps>[1] = {}): Promise<void> {
  let run = 0;
  const property = fc.asyncProperty(steps(other, options), async (all) => {
    await follow(subject, `run-${run++}`, all);
  });
  await checkModel(property, env.seed);
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

/** What the model would answer these batches in this order. */
function inWords(state: TenantState, batches: readonly Batch[], order: readonly number[], now: number): string {
  const copy = copyOf(state);
  const answers = order.map((n) => {
    const batch = batches[n];
    const reasons = batch ? reasonsAgainst(copy, batch, now) : new Set();
    if (batch && reasons.size === 0) write(copy, batch);
    return `${letter(n)} ${reasons.size === 0 ? "accepted" : `refused (${[...reasons].join(" or ")})`}`;
  });
  return answers.join(", then ");
}

function letter(n: number): string {
  return String.fromCodePoint(97 + n);
}

/** @throws unless the store holds what one of these orders leaves */
async function isOneOf(store: StorePort, tenant: string, states: readonly TenantState[]): Promise<void> {
  let failure: unknown;
  for (const state of states) {
    try {
      await sameState(store, tenant, state);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function atOnce(store: StorePort, tenant: string, before: readonly Step[], wanted: readonly CommitStep[]): Promise<void> {
  const told = new Told();
  const state = await follow({ store: () => store, ...NOTHING }, tenant, before, told);
  const batches = wanted.map((one) => batchOf(tenant, state, one));
  await told.step(`at once: ${batches.map((batch, n) => `${letter(n)}. ${batchWords(batch)}`).join("; ")}`, async () => {
    const answers = await Promise.all(batches.map((one) => store.commit(one)));
    const now = await store.now();
    const orders = permutations([...batches.keys()]);
    const states = orders.map((order) => inOrder(state, batches, answers, order, now)).filter((one) => one !== undefined);
    const given = answers.map((answer, n) => `${letter(n)} ${committedWords(answer)}`).join(", ");
    if (states.length === 0) {
      const expected = orders.map((order) => inWords(state, batches, order, now));
      throw new AssertionError({ message: "one after the other they are never answered like this", actual: given, expected });
    }
    await isOneOf(store, tenant, states);
    return given;
  });
}

export const modelCases: readonly StoreCase[] = [
  {
    id: "store.model.steps",
    title: "After any sequence of commits, claims and lists the store answers and holds what the model does.",
    guards: "A combination that nobody thought of is stored wrongly.",
    run: async (env) => {
      const store = await env.open();
      await compare(env, { store: () => store, ...NOTHING }, 0);
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
      await compare(env, { store: () => store, otherIs: "close the store, and open it again", other }, 1);
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
      await compare(env, { store: () => (turn === 0 ? both[0] : both[1]), otherIs: "go on with the other handle", other }, 8);
    },
  },
  {
    id: "store.model.purge",
    title: "The same, with requests purged and chains dropped, while somebody reads the events page by page.",
    guards: "What is removed takes something else with it.",
    run: async (env) => {
      const store = having(await env.open(), "closedThreads");
      await compare(env, { store: () => store, ...NOTHING }, 0, { purges: true });
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
      const property = fc.asyncProperty(steps(0), fc.array(batch, { minLength: 2, maxLength: 3 }), (before, wanted) =>
        atOnce(store, `run-${run++}`, before, wanted),
      );
      await checkModel(property, env.seed);
    },
  },
];

import { z } from "zod";
import { load } from "../../peers/load.ts";
import { ARGS, Payment } from "../stores/policy.ts";
import type { Contestant, Keeping, Observer } from "./contestant.ts";

interface Step {
  readonly runId: string;
  readonly inputData: typeof ARGS;
  readonly resumeData?: { readonly approved: boolean };
  readonly suspend: (payload: unknown) => Promise<unknown>;
}

interface Run {
  start(options: { readonly inputData: unknown }): Promise<{ readonly status: string }>;
  resume(options: { readonly step: string; readonly resumeData: unknown }): Promise<{ readonly status: string }>;
}

/** What is used of `@mastra/core/workflows`. */
interface Workflows {
  readonly createStep: (options: Readonly<Record<string, unknown>> & { execute(step: Step): Promise<unknown> }) => unknown;
  readonly createWorkflow: (options: Readonly<Record<string, unknown>>) => { then(step: unknown): { commit(): unknown } };
}
/** What is used of `@mastra/core`. */
interface Core {
  readonly Mastra: new (options: Readonly<Record<string, unknown>>) => {
    getWorkflow(name: string): { createRun(options: { readonly runId: string }): Promise<Run> };
  };
}
/** What is used of `@mastra/pg`. */
interface Postgres {
  readonly PostgresStore: new (options: Readonly<Record<string, unknown>>) => { init(): Promise<void>; close(): Promise<void> };
}

const STEP = "pay";

/** A workflow that suspends in a step, and is resumed by another instance on the same storage. Its resume is the decision: none is recorded before. */
export const contestant: Contestant = {
  async host(keeping, observer) {
    const { runOf, close } = await instance(keeping, observer);
    return {
      async pause(run) {
        await demand("suspended", (await runOf(run)).start({ inputData: ARGS }));
        return null;
      },
      close,
    };
  },
  async reviewer(keeping, observer) {
    const { runOf, close } = await instance(keeping, observer);
    return {
      async approve(run) {
        await demand("success", (await runOf(run)).resume({ step: STEP, resumeData: { approved: true } }));
        observer.completed(run);
      },
      close,
    };
  },
};

async function instance({ url, connections }: Keeping, observer: Observer) {
  process.env["MASTRA_TELEMETRY_DISABLED"] = "1";
  const { createStep, createWorkflow } = (await load("@mastra/core/workflows")) as Workflows;
  const { Mastra } = (await load("@mastra/core")) as Core;
  const { PostgresStore } = (await load("@mastra/pg")) as Postgres;
  const paid = z.object({ paid: z.boolean() });
  const step = createStep({
    id: STEP,
    inputSchema: Payment,
    outputSchema: paid,
    suspendSchema: Payment,
    resumeSchema: z.object({ approved: z.boolean() }),
    async execute({ runId, inputData, resumeData, suspend }) {
      if (!resumeData) return suspend(inputData);
      observer.effect(runId);
      return { paid: true };
    },
  });
  const payment = createWorkflow({ id: "payment", inputSchema: Payment, outputSchema: paid }).then(step).commit();
  const storage = new PostgresStore({ id: "bench", connectionString: url, max: connections });
  await storage.init();
  const app = new Mastra({ workflows: { payment }, storage, logger: false });
  return {
    runOf: (runId: string) => app.getWorkflow("payment").createRun({ runId }),
    close: async () => {
      await storage.close();
      return [];
    },
  };
}

async function demand(status: string, running: Promise<{ readonly status: string }>): Promise<void> {
  const ended = await running;
  if (ended.status !== status) throw new Error(`Mastra answered ${ended.status}, not ${status}`);
}

import { load } from "../../peers/load.ts";
import { ARGS } from "../stores/policy.ts";
import type { Contestant } from "./contestant.ts";

/** What is used of `@dbos-inc/dbos-sdk`. */
interface Sdk {
  readonly DBOS: {
    setConfig(config: Readonly<Record<string, unknown>>): void;
    registerWorkflow<T>(workflow: (args: T) => Promise<unknown>, options: { readonly name: string }): (args: T) => Promise<unknown>;
    launch(): Promise<void>;
    shutdown(): Promise<void>;
    readonly workflowID: string | undefined;
    startWorkflow<T>(
      workflow: (args: T) => Promise<unknown>,
      options: { readonly workflowID: string },
    ): (args: T) => Promise<{ getResult(): Promise<unknown> }>;
    setEvent(key: string, value: unknown): Promise<void>;
    recv(topic: string, timeoutSeconds: number): Promise<unknown>;
    runStep(step: () => Promise<unknown>, options: { readonly name: string }): Promise<unknown>;
  };
  readonly DBOSClient: {
    create(options: Readonly<Record<string, unknown>>): Promise<{
      send(workflowId: string, message: unknown, topic: string): Promise<void>;
      destroy(): Promise<void>;
    }>;
  };
}

const TOPIC = "decision";
const APPROVED = "approved";
const AN_HOUR = 3_600;

/** A workflow that publishes its question, waits in memory for a message, and then takes a step. Nothing is claimed before the step. */
export const contestant: Contestant = {
  async host({ url, connections }, observer) {
    const { DBOS } = await sdk();
    DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, systemDatabasePoolSize: connections, logLevel: "error" });
    const asked = new Map<string, () => void>();
    const payment = DBOS.registerWorkflow(
      async (args: typeof ARGS) => {
        const run = DBOS.workflowID ?? "";
        await DBOS.setEvent("pending", args);
        asked.get(run)?.();
        if ((await DBOS.recv(TOPIC, AN_HOUR)) !== APPROVED) throw new Error("the bench approves every payment");
        return DBOS.runStep(async () => observer.effect(run), { name: "pay" });
      },
      { name: "payment" },
    );
    await DBOS.launch();
    return {
      async pause(run) {
        const published = Promise.withResolvers<void>();
        asked.set(run, published.resolve);
        const handle = await DBOS.startWorkflow(payment, { workflowID: run })(ARGS);
        await published.promise;
        asked.delete(run);
        void handle.getResult().then(() => observer.completed(run));
        return null;
      },
      async close() {
        await DBOS.shutdown();
        return [];
      },
    };
  },
  async reviewer({ url, connections }) {
    const { DBOSClient } = await sdk();
    const logger = { info() {}, debug() {}, warn() {}, error: console.error };
    const client = await DBOSClient.create({
      systemDatabaseUrl: url,
      systemDatabasePoolSize: connections,
      applicationName: "bench",
      logger,
    });
    return {
      approve: (run) => client.send(run, APPROVED, TOPIC),
      async close() {
        await client.destroy();
        return [];
      },
    };
  },
};

async function sdk(): Promise<Sdk> {
  return (await load("@dbos-inc/dbos-sdk")) as Sdk;
}

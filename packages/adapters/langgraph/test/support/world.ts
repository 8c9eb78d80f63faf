import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, currentCall, definePolicy, type AgentRunner, type Gate, type Timings } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { createAgent, tool, type AgentMiddleware, type ReactAgent } from "langchain";
import { z } from "zod";
import { obedient, ScriptedModel, type Script } from "./scripted-model.ts";

const SendPayment = z.object({ amount: z.number(), recipient: z.string() });

/** Everything that outlives a process: the gate's store, the graph's checkpoints, what really happened. */
export interface Place {
  readonly store: string;
  readonly checkpoints: string;
  readonly effects: string;
  readonly requests: string;
}

export function newPlace(): Place {
  const dir = mkdtempSync(join(tmpdir(), "countersign-langgraph-"));
  const place = {
    store: join(dir, "store.db"),
    checkpoints: join(dir, "graph.db"),
    effects: join(dir, "effects"),
    requests: join(dir, "requests"),
  };
  writeFileSync(place.effects, "");
  writeFileSync(place.requests, "");
  return place;
}

const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : []);

/** What the outside world has seen, in order, without who did it. */
export function effectsAt({ effects }: Place): { tool: string; args: Record<string, unknown>; key: string | undefined }[] {
  return linesOf(effects).map((line) => JSON.parse(line) as ReturnType<typeof effectsAt>[number]);
}

export function modelRequestsAt({ requests }: Place): number {
  return linesOf(requests).length;
}

/** How a process can be made to behave. */
export interface Behaviour {
  /** The policy no longer asks. */
  readonly flipped?: boolean | undefined;
  /** SIGKILL this process around the effect. */
  readonly dies?: "before the effect" | "after the effect" | undefined;
  readonly idempotent?: boolean | undefined;
  readonly timings?: Timings | undefined;
  readonly outside?: readonly AgentMiddleware[] | undefined;
  readonly script?: Script | undefined;
}

export function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

export function policyOf({ flipped, idempotent }: Behaviour) {
  const ask = ({ args }: { args: { amount: number } }): boolean | string => !flipped && args.amount > 1_000 && "over $1,000";
  return definePolicy({
    default: "allow",
    tools: { send_payment: { args: SendPayment, idempotent: idempotent ?? false, deny: ({ args }) => args.amount > 100_000, ask } },
  });
}

export function toolsOf(place: Place, { dies }: Behaviour): StructuredToolInterface[] {
  const record = (name: string, args: unknown): void =>
    appendFileSync(place.effects, JSON.stringify({ tool: name, args, key: currentCall()?.idempotencyKey }) + "\n");
  const sendPayment = tool(
    async (args: z.infer<typeof SendPayment>) => {
      if (dies === "before the effect") die();
      record("send_payment", args);
      if (dies === "after the effect") die();
      if (args.recipient === "Broken Bank") throw new Error("insufficient funds");
      return `paid ${args.amount} to ${args.recipient}`;
    },
    { name: "send_payment", description: "Pays a vendor", schema: SendPayment },
  );
  const readReport = tool(
    async (args: { id: string }) => {
      record("read_report", args);
      return `report ${args.id}`;
    },
    { name: "read_report", description: "Reads a report", schema: z.object({ id: z.string() }) },
  );
  return [sendPayment, readReport];
}

export interface World {
  readonly gate: Gate;
  readonly agent: ReactAgent;
  readonly runner: AgentRunner;
  readonly model: ScriptedModel;
  close(): Promise<void>;
}

/** One process's view of a place: gate, agent and runner. */
export function openWorld(place: Place, behaviour: Behaviour = {}): World {
  const store = sqliteStore(place.store);
  const saver = SqliteSaver.fromConnString(place.checkpoints);
  const gate = createGate({ policy: policyOf(behaviour), store, timings: behaviour.timings });
  const model = new ScriptedModel(behaviour.script ?? obedient, place.requests);
  const middleware: AgentMiddleware[] = [...(behaviour.outside ?? []), approvalMiddleware(gate)];
  const agent = createAgent({ model, tools: toolsOf(place, behaviour), checkpointer: saver, middleware }) as unknown as ReactAgent;
  return {
    gate,
    agent,
    model,
    runner: createRunner(gate, agent, { name: "payments" }) as AgentRunner,
    async close() {
      await store.close();
      saver.db.close();
    },
  };
}

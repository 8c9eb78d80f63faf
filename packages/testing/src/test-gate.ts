import { createGate, type ApprovalRequest, type Gate, type JsonObject, type Policy, type Reviewer } from "@countersign/core";
import { proposedArgs, toRequest, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";

/** A gate over a store in memory, with a clock that the test moves. */
export interface TestGate<Tools = unknown, Context = unknown> extends Gate<Tools, Context> {
  /** Every request so far, in the order they were asked. */
  readonly asked: readonly ApprovalRequest[];
  /** Every recorded execution that has ended well, in the order they ended: what the tool got, not what was proposed. */
  readonly executed: readonly { tool: string; args: object }[];
  /** Moves the clock: expiry, leases and deadlines follow. */
  advance(ms: number): void;
}

/**
 * For the tests of agents and policies: no files, no waiting, and a look at what was asked and what ran.
 * @example
 * const gate = testGate(policy);
 * await createRunner(gate, agent, { name: "payments" }).start("t", "Pay Acme $4200");
 * expect(gate.asked[0]?.args).toEqual({ amount: 4200, recipient: "Acme" });
 */
export function testGate<T, C>(policy: Policy<T, C>, options: { reviewer?: Reviewer | undefined } = {}): TestGate<T, C> {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const { store, asked, executed } = recording(memoryStore({ now }));
  const gate = createGate({ policy, store, reviewer: options.reviewer, now, warn: () => {} });
  return {
    ...gate,
    asked,
    executed,
    advance(ms) {
      skipped += ms;
    },
  };
}

/** The records tell it all: what commits is what happened. */
function recording(store: StorePort): {
  readonly store: StorePort;
  readonly asked: readonly ApprovalRequest[];
  readonly executed: readonly { tool: string; args: object }[];
} {
  const asked: ApprovalRequest[] = [];
  const executed: { tool: string; args: object }[] = [];
  // Kept once, each under its hash, as a thread.
  const schemas = new Map<string, JsonObject>();
  const commit: StorePort["commit"] = async (batch) => {
    const committed = await store.commit(batch);
    if (!committed.ok) return committed;
    for (const change of batch.changes) {
      if (change.op !== "put") continue;
      if (change.kind === "thread") schemas.set(change.record.id, change.record.context as JsonObject);
      if (change.kind !== "request") continue;
      const { record } = change;
      const argsSchema = schemas.get(`countersign/schema/${record.argsSchemaHash}`);
      if (change.expects === 0) asked.push(structuredClone(toRequest({ ...record, argsSchema })));
      if (record.state === "done" && batch.events.some(({ type, subject }) => type === "done" && subject === record.id)) {
        executed.push({ tool: record.tool, args: record.ranWith ?? proposedArgs(record) });
      }
    }
    return committed;
  };
  return { store: { ...store, commit }, asked, executed };
}

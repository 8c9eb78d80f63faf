import {
  CountersignError,
  createGate,
  type AllowedCall,
  type ApprovalRequest,
  type Gate,
  type GateOptions,
  type JsonObject,
  type Policy,
} from "@countersign/core";
import { proposedArgs, schemaId, toRequest, type RequestRecord, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";

/** A gate over a store in memory, with a clock that the test moves. */
export interface TestGate<Tools = unknown, Context = unknown> extends Gate<Tools, Context> {
  /** Every request that the policy asked about so far, in order. */
  readonly asked: readonly ApprovalRequest[];
  /** Every call that the policy allowed so far, in order, also those that leave no record. */
  readonly allowed: readonly { tool: string; args: object }[];
  /** Every recorded execution that has ended well, in the order they ended: what the tool got, not what was proposed. */
  readonly executed: readonly { tool: string; args: object }[];
  /** Moves the clock: expiry, leases and deadlines follow. */
  advance(ms: number): void;
}

/** As for `createGate`, but for the policy and the store. `now`: where the clock stands before the test moves it. */
export type TestGateOptions = Omit<GateOptions, "policy" | "store">;

/**
 * For the tests of agents and policies: no files, no waiting, and a look at what was asked, allowed and run.
 *
 * What a gate would warn of fails the test: a reviewer who may not sign, an edit that isn't accepted, a condition that
 * throws, a misspelt rule. Pass `warn` to look at the warnings yourself.
 * @example
 * const gate = testGate(policy);
 * await createRunner(gate, agent, { name: "payments" }).start("t", "Pay Acme $4200");
 * expect(gate.asked[0]?.args).toEqual({ amount: 4200, recipient: "Acme" });
 * @throws SETUP from whatever the gate would have warned of
 */
export function testGate<T, C>(policy: Policy<T, C>, options: TestGateOptions = {}): TestGate<T, C> {
  let skipped = 0;
  let isMade = false;
  const clock = options.now ?? Date.now;
  const now = (): number => clock() + skipped;
  const { store, onAllowed, ...seen } = recording(memoryStore({ now }));
  const gate = createGate({
    // Of a gate that nobody could answer, and the like: here that is meant.
    warn: (message) => {
      if (isMade) throw new CountersignError("SETUP", { hint: `testGate: ${message}` });
    },
    ...options,
    policy,
    store,
    now,
    onAllowed(call) {
      onAllowed(call);
      options.onAllowed?.(call);
    },
  });
  isMade = true;
  return {
    ...gate,
    ...seen,
    advance(ms) {
      skipped += ms;
    },
  };
}

interface Recording extends Pick<TestGate, "asked" | "allowed" | "executed"> {
  readonly store: StorePort;
  readonly onAllowed: (call: AllowedCall) => void;
}

/** The records tell it all: what commits is what happened. Only allowed calls may leave none. */
function recording(store: StorePort): Recording {
  const asked: ApprovalRequest[] = [];
  const allowed: { tool: string; args: object }[] = [];
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
      const argsSchema = schemas.get(schemaId(record.argsSchemaHash ?? ""));
      if (change.expects === 0 && isAllowed(record)) allowed.push({ tool: record.tool, args: record.args });
      else if (change.expects === 0) asked.push(structuredClone(toRequest({ ...record, argsSchema })));
      if (record.state === "done" && batch.events.some(({ type, subject }) => type === "done" && subject === record.id)) {
        executed.push({ tool: record.tool, args: record.ranWith ?? proposedArgs(record) });
      }
    }
    return committed;
  };
  const onAllowed = ({ tool, args }: AllowedCall): void => void allowed.push({ tool, args });
  return { store: { ...store, commit }, onAllowed, asked, allowed, executed };
}

/** By the policy itself, as it was asked: nobody has signed it, and no remembered decision either. */
function isAllowed({ state, decisions, grantId }: RequestRecord): boolean {
  return state === "approved" && decisions.length === 0 && grantId === undefined;
}

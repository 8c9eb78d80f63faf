import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { Gate } from "@countersign/core";
import {
  CLOCK_LAG,
  escalationOf,
  type Batch,
  type Change,
  type RequestRecord,
  type RequestState,
  type StorePort,
  type ThreadRead,
} from "@countersign/core/store";
import type { Scenario } from "./scenario.ts";
import type { Distortion } from "./simulate.ts";

/** A store that breaks its word in what it writes. */
const writing = (broken: (store: StorePort, batch: Batch) => ReturnType<StorePort["commit"]>): Distortion => ({
  store: (store) => ({ ...store, commit: (batch) => broken(store, batch) }),
});
const rewriting = (rewrite: (batch: Batch) => Batch): Distortion => writing((store, batch) => store.commit(rewrite(batch)));
const without = (op: Change["op"]): Distortion =>
  rewriting((batch) => ({ ...batch, changes: batch.changes.filter((change) => change.op !== op) }));

interface Mutant {
  readonly distort: Distortion;
  readonly caughtAs: RegExp;
  /** What it takes for the rule to matter. */
  readonly scenario?: Partial<Scenario>;
}

/** Every rule of the store and of deciding that can be broken from outside core, and what it looks like when it is. */
export const MUTANTS: { readonly [name: string]: Mutant } = {
  "a store that ignores `require`": { distort: without("require"), caughtAs: /^I6/ },
  "a store that ignores `before`": { distort: rewriting(({ before: _, ...batch }) => batch), caughtAs: /^I8/ },
  "a store that loses additions": { distort: without("add"), caughtAs: /^I3/ },
  "a store whose put carries `open`": { distort: writing(putCarriesOpen), caughtAs: /^I3/ },
  "a store that writes the parts of a refused commit that fit": { distort: writing(partly), caughtAs: /^I[135]/ },
  "a store that lets stale versions through": { distort: writing(lastWriterWins), caughtAs: /^I[1235]/ },
  "a store that loses every second event of a commit": {
    distort: rewriting((batch) => ({ ...batch, events: batch.events.slice(0, 1) })),
    caughtAs: /^I5/,
  },
  "a store that ignores floors": {
    distort: rewriting((batch) => ({ ...batch, changes: batch.changes.map((change) => ({ ...change, floor: undefined })) })),
    caughtAs: /^I[59]/,
    scenario: { grants: true, quorum: 1 },
  },
  "a suspension that doesn't hold the thread": { distort: rewriting(unheld), caughtAs: /^I6/ },
  "a store clock that runs an hour late": {
    distort: { store: (store) => ({ ...store, now: async () => (await store.now()) - 3_600_000 }) },
    caughtAs: /^I[268]/,
  },
  "a store clock that lags by a minute more than it may": {
    distort: { store: (store) => ({ ...store, now: async () => (await store.now()) - CLOCK_LAG - 60_000 }) },
    caughtAs: /^I[26]/,
  },
  "a store that reads a thread without what is signed": {
    distort: { store: readsThreadsWithout("approved") },
    caughtAs: /^I10/,
    scenario: { restart: true, entry: "runner" },
  },
  "a store that reads a thread without what nobody knows": {
    distort: { store: readsThreadsWithout("unknown") },
    caughtAs: /^I10/,
    scenario: { restart: true, entry: "runner" },
  },
  "a claim that tells the thread as it was before": { distort: { store: claimsOfBefore }, caughtAs: /^I4/ },
  "a store that shows pending requests as approved": { distort: { store: showsApproved }, caughtAs: /^I1/ },
  "a process that reads each turn once for ever": { distort: { store: readsTurnsOnce }, caughtAs: /^I[14]/ },
  "a claim whose holder is the process": { distort: { surroundings: oneNonce }, caughtAs: /^I[126]/ },
  "a store that shows no freeze": { distort: { store: showsNoFreeze }, caughtAs: /^I12/, scenario: { freezes: true } },
  "a store that shows every escalation as done": { distort: { store: showsEscalated }, caughtAs: /^I13/ },
  "a store that forgets what was given": { distort: rewriting(neverGiven), caughtAs: /^I13/ },
  "a store that leaves out the first request behind another": {
    distort: { store: skipsOne },
    caughtAs: /^I14/,
    scenario: { counts: true },
  },
  "a decision that doesn't say what was seen": { distort: { gate: decidesUnseen }, caughtAs: /^I7/ },
};

/** Every nonce is the same, as if the process were the holder of all its claims. */
function oneNonce(): () => void {
  const { randomUUID } = crypto;
  crypto.randomUUID = () => "00000000-0000-4000-8000-000000000000";
  syncBuiltinESMExports();
  return () => {
    crypto.randomUUID = randomUUID;
    syncBuiltinESMExports();
  };
}

async function putCarriesOpen(store: StorePort, batch: Batch): ReturnType<StorePort["commit"]> {
  const carried = await Promise.all(
    batch.changes.map(async (change): Promise<readonly Change[]> => {
      if (change.op !== "put" || change.kind !== "thread" || change.expects === 0) return [];
      const { id, open } = change.record;
      const by = open - ((await store.getThread(batch.tenant, id))?.open ?? 0);
      return by === 0 ? [] : [{ op: "add", kind: "thread", id, field: "open", by }];
    }),
  );
  return store.commit({ ...batch, changes: [...batch.changes, ...carried.flat()] });
}

async function partly(store: StorePort, batch: Batch): ReturnType<StorePort["commit"]> {
  const whole = await store.commit(batch);
  if (whole.ok) return whole;
  for (const change of batch.changes) await store.commit({ tenant: batch.tenant, changes: [change], events: [] });
  return { ok: true };
}

async function lastWriterWins(store: StorePort, batch: Batch): ReturnType<StorePort["commit"]> {
  const changes = await Promise.all(
    batch.changes.map(async (change): Promise<Change> => {
      if (change.op !== "put" || change.kind === "grant") return change;
      const { id } = change.record;
      const found = change.kind === "request" ? await store.getRequest(batch.tenant, id) : await store.getThread(batch.tenant, id);
      return { ...change, expects: found?.version ?? 0 };
    }),
  );
  return store.commit({ ...batch, changes });
}

function unheld(batch: Batch): Batch {
  const suspends = batch.events.some(({ type }) => type === "suspended");
  if (!suspends) return batch;
  const changes = batch.changes.map((change): Change =>
    change.op === "put" && change.kind === "thread" ? { ...change, record: { ...change.record, leaseUntil: 0 } } : change,
  );
  return { ...batch, changes };
}

function showsApproved(store: StorePort): StorePort {
  const shown = (record: RequestRecord | undefined): RequestRecord | undefined =>
    record?.state === "pending" ? { ...record, state: "approved" } : record;
  return { ...store, getRequest: async (tenant, id) => shown(await store.getRequest(tenant, id)) };
}

function showsEscalated(store: StorePort): StorePort {
  const shown = (record: RequestRecord | undefined): RequestRecord | undefined =>
    record && { ...record, terms: escalationOf(record)?.terms ?? record.terms };
  return { ...store, getRequest: async (tenant, id) => shown(await store.getRequest(tenant, id)) };
}

function skipsOne(store: StorePort): StorePort {
  return {
    ...store,
    requestsOfThread: async (tenant, threadId, after) =>
      (await store.requestsOfThread(tenant, threadId, after)).slice(after === undefined ? 0 : 1),
  };
}

/** What is next stays due. */
function neverGiven(batch: Batch): Batch {
  const changes = batch.changes.map((change): Change =>
    change.op === "put" && change.kind === "request" && change.record.state === "pending"
      ? { ...change, record: { ...change.record, noticeAt: 1 } }
      : change,
  );
  return { ...batch, changes };
}

function showsNoFreeze(store: StorePort): StorePort {
  const getThread: StorePort["getThread"] = async (tenant, id) => {
    const record = await store.getThread(tenant, id);
    return record && id === "countersign/freezes" ? { ...record, context: { freezes: [] } } : record;
  };
  return { ...store, getThread };
}

function readsThreadsWithout(state: RequestState): (store: StorePort) => StorePort {
  const seen = (read: ThreadRead): ThreadRead => ({ ...read, unfinished: read.unfinished.filter((record) => record.state !== state) });
  return (store) => ({
    ...store,
    readThread: async (tenant, id) => seen(await store.readThread(tenant, id)),
    claimDue: async (kind, options) => (await store.claimDue(kind, options)).map((due) => ({ ...due, read: due.read && seen(due.read) })),
  });
}

/** As this process last wrote it. */
function claimsOfBefore(store: StorePort): StorePort {
  const written = new Map<string, ThreadRead>();
  return {
    ...store,
    commit: async (batch) => {
      const committed = await store.commit(batch);
      for (const change of batch.changes)
        if (change.op === "put" && change.kind === "thread")
          written.set(change.record.id, await store.readThread(batch.tenant, change.record.id));
      return committed;
    },
    claimDue: async (kind, options) =>
      (await store.claimDue(kind, options)).map((due) => ({ ...due, read: written.get(due.id) ?? due.read })),
  };
}

function readsTurnsOnce(store: StorePort): StorePort {
  const read = new Map<string, ReturnType<StorePort["requestsOfTurn"]>>();
  return {
    ...store,
    requestsOfTurn: (tenant, threadId, turnId) => {
      const key = JSON.stringify([tenant, threadId, turnId]);
      const records = read.get(key) ?? store.requestsOfTurn(tenant, threadId, turnId);
      read.set(key, records);
      return records;
    },
  };
}

function decidesUnseen(gate: Gate): Gate {
  return {
    ...gate,
    decide: async (seen, decision, options) => gate.decide((await gate.get(seen.id)) ?? seen, decision, options),
  };
}

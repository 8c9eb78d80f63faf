// A store is verified while others write to it: what they do in between is no fault of it.
import { approve, createGate, definePolicy, isCountersignError } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const alice = { id: "alice" };
const policy = definePolicy({ tools: { pay: { ask: true, review: { remember: ["tool"], quorum: 20 } }, mail: { ask: true, review: { remember: ["tool"] } } } }); // prettier-ignore
const TIMES = 12;

function setting() {
  const store = memoryStore();
  const gate = createGate({ policy, store, warn: () => {} });
  let [n, left] = [0, TIMES];
  const ask = async (tool: "pay" | "mail") => {
    const approval = await gate.ask({ threadId: "t", key: String(n++), tool, args: { n }, requestedBy: "bob" });
    return approval.status === "pending" ? approval.request : undefined;
  };
  /** Somebody is always faster, for a while. */
  const between = async (write: () => Promise<unknown>): Promise<void> => {
    if (left-- > 0) await write();
  };
  const verified = (over: Partial<StorePort>) => createGate({ store: { ...store, ...over } }).verify();
  return { store, gate, ask, between, verified };
}

it("requests are asked while those of their thread are counted", async () => {
  const { store, ask, between, verified } = setting();
  await ask("pay");
  let asked = 0;
  const requestsOfThread: StorePort["requestsOfThread"] = async (tenant, id) => {
    if (id === "t") await between(() => (asked++, ask("pay")));
    return store.requestsOfThread(tenant, id);
  };
  await verified({ requestsOfThread });
  expect(asked).toBe(TIMES);
});

it("a request is voted on while its chain is read", async () => {
  const { store, gate, ask, between, verified } = setting();
  const request = await ask("pay");
  if (!request) throw new Error("not asked");
  let votes = 0;
  const listEvents: StorePort["listEvents"] = async (tenant, after, limit, subject) => {
    if (subject === request.id) await between(() => gate.decide(request, approve(), { by: { id: `voter-${votes++}` } }));
    return store.listEvents(tenant, after, limit, subject);
  };
  await verified({ listEvents });
  expect(votes).toBe(TIMES);
});

it("a grant decides calls while they are counted", async () => {
  const { store, gate, ask, between, verified } = setting();
  const request = await ask("mail");
  if (!request) throw new Error("not asked");
  await gate.decide(request, approve({ remember: { scope: "tool", times: 100 } }), { by: alice });
  await ask("mail");
  const grantsFor: StorePort["grantsFor"] = async (tenant, of) => {
    await between(() => ask("mail"));
    return store.grantsFor(tenant, of);
  };
  await verified({ grantsFor });
  const [grant] = (await store.listGrants?.("default", undefined)) ?? [];
  if (!grant) throw new Error("none");
  await store.commit({ tenant: "default", changes: [{ op: "add", kind: "grant", id: grant.id, field: "uses", by: 1 }], events: [] });
  const broken = await verified({}).catch((error: unknown) => error);
  expect(isCountersignError(broken, "AUDIT_BROKEN") && broken.details).toMatchObject({ subject: `grant/${grant.id}`, field: "uses" });
});

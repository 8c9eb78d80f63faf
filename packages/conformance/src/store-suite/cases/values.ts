import { holds, same } from "../check.ts";
import type { StoreCase, StoreEnv } from "../env.ts";
import { commit, event, put, putThread, request, TENANT, thread } from "../records.ts";

type Args = { readonly [key: string]: unknown };

function nested(depth: number): object {
  let inner: object = {};
  for (let level = 0; level < depth; level++) inner = level % 2 === 0 ? { in: inner } : { in: [inner] };
  return inner;
}

/** The value in every place that holds one. Compared as JSON text, so that nothing of it is let pass. */
async function roundTrip({ open }: StoreEnv, args: Args): Promise<void> {
  const store = await open();
  const record = request("r1", { args, proposal: { args, digest: "d", by: undefined }, ranWith: args, result: args });
  const owner = thread("pay-001", { context: args, input: args, outcome: { text: "", output: args } });
  await commit(store, [put(record), putThread(owner)], [{ ...event("r1", 1), data: args }]);
  const found = await store.getRequest(TENANT, "r1");
  const holder = await store.getThread(TENANT, "pay-001");
  const { events } = await store.listEvents(TENANT, undefined, 1);
  const listed = (await store.listRequests(TENANT, {})).items[0];
  const places = {
    args: found?.args,
    proposal: found?.proposal.args,
    ranWith: found?.ranWith,
    result: found?.result,
    context: holder?.context,
    input: holder?.input,
    outcome: holder?.outcome?.output,
    "event data": events[0]?.data,
    "args in a list": listed?.args,
  };
  for (const [place, copy] of Object.entries(places)) {
    holds(JSON.stringify(copy) === JSON.stringify(args), `${place} isn't what was written`);
    holds(Object.getPrototypeOf(copy) === Object.prototype, `${place} is no plain object`);
  }
}

const VALUES: readonly (readonly [name: string, title: string, guards: string, args: () => Args])[] = [
  [
    "large",
    "A megabyte of text comes back as it was.",
    "A long mail is cut, and something else is sent than was signed.",
    () => ({ text: "é".repeat(500_000) }),
  ],
  [
    "many-keys",
    "Ten thousand keys come back, in their order.",
    "A large table of arguments loses rows.",
    () => Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${(n * 7_919) % 10_000}`, n])),
  ],
  [
    "deep",
    "Values 400 levels deep come back as they were.",
    "A deeply nested document can be signed, but not read again.",
    () => ({ in: nested(400) }),
  ],
  [
    "proto",
    "An own `__proto__` key is a key like any other.",
    "Arguments that a model made up change what the code believes, or vanish from what was signed.",
    () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "a": {"__proto__": null, "b": [{"__proto__": 1}]}}') as Args,
  ],
  [
    "unicode",
    "Text of every kind comes back to the last code point, unnormalised.",
    "The digest of what is stored is no longer that of what was signed.",
    () => ({
      "": "",
      ключ: "значение 🙂 ﷽ \u2028 \u2029 \u0000 \\ \" '",
      emoji: "👩‍👩‍👧",
      line: "a\r\nb\tc",
      composed: "\u00e9",
      decomposed: "e\u0301",
      end: "\uffff\u{10ffff}",
      "'; DROP TABLE requests; --": '"; DROP TABLE requests; --',
    }),
  ],
  [
    "numbers",
    "Numbers come back to the last bit.",
    "The amount that is paid isn't the amount that was signed.",
    () => ({ max: Number.MAX_SAFE_INTEGER, tiny: 5e-324, huge: 1.7976931348623157e308, third: 1 / 3, negative: -1.5, cents: 0.1 + 0.2 }),
  ],
];

/** Of 512 bytes, as long as core lets them be. */
/** Some drivers take what no memory stands behind for none. */
const NO_BYTES = new Uint8Array(new ArrayBuffer(0));
const LONG = "é".repeat(256);

async function longNames({ open }: StoreEnv): Promise<void> {
  const store = await open();
  const who = { id: LONG };
  const names = { threadId: LONG, turnId: LONG, callId: LONG, namespace: LONG, agent: LONG, tool: LONG, requestedBy: who };
  const records = ["r1", "r2"].map((id) => request(id, { ...names, tenant: LONG, ...(id === "r2" && { turnId: `${LONG.slice(1)}e` }) }));
  await commit(store, [putThread(thread(LONG, { tenant: LONG, agent: LONG })), ...records.map((record) => put(record))], [], LONG);
  same((await store.getRequest(LONG, "r1"))?.callId, LONG, "a call id");
  same((await store.getThread(LONG, LONG))?.agent, LONG, "a thread");
  same((await store.requestsOfTurn(LONG, LONG, LONG)).map(({ id }) => id), ["r1"], "the requests of a turn"); // prettier-ignore
  for (const query of [{ threadId: LONG }, { agent: LONG }, { tool: LONG }, { requestedBy: LONG }]) {
    same((await store.listRequests(LONG, query)).items.length, 2, `requests by ${Object.keys(query).join()}`);
    same((await store.listRequests(LONG, { ...query, ...Object.fromEntries(Object.keys(query).map((key) => [key, LONG.slice(1)])) })).items.length, 0, `requests by another ${Object.keys(query).join()}`); // prettier-ignore
  }
}

export const valueCases: readonly StoreCase[] = [
  {
    id: "store.values.long-names",
    title: "Names of 512 bytes are kept whole, and found again by what they are.",
    guards: "A thread with a long id can be begun and never be decided, or is taken for another one.",
    run: longNames,
  },
  ...VALUES.map(([name, title, guards, args]) => ({
    id: `store.values.${name}`,
    title,
    guards,
    run: (env: StoreEnv) => roundTrip(env, args()),
  })),
  {
    id: "store.values.continuation",
    title: "A megabyte of saved state, part of a larger buffer, comes back byte by byte.",
    guards: "A run can't go on, or goes on with bytes of somebody else's.",
    run: async ({ open }) => {
      const store = await open();
      const whole = Uint8Array.from({ length: 1_500_000 }, (_, n) => n % 251);
      const continuation = whole.subarray(100_000, 1_100_000);
      await commit(store, [putThread(thread("pay-001", { continuation })), putThread(thread("empty", { continuation: NO_BYTES }))]);
      const found = (await store.getThread(TENANT, "pay-001"))?.continuation;
      holds(found instanceof Uint8Array && Buffer.compare(found, continuation) === 0, "the continuation isn't what was written");
      same((await store.getThread(TENANT, "empty"))?.continuation, new Uint8Array(), "an empty continuation");
    },
  },
];

/** Asks about payments in one thread, many at once, and pays what is allowed: says what it paid. @module */
import { createGate, definePolicy } from "@countersign/core";
import { openStore, type Place } from "../processes/place.ts";

export interface PayerOrder {
  readonly place: Place;
  readonly name: string;
  readonly payments: number;
  readonly amount: number;
  /** What may be paid in the thread without a person. */
  readonly limit: number;
}

const { place, name, payments, amount, limit } = JSON.parse(process.argv[2] ?? "") as PayerOrder;
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

type Paying = { readonly history: { sum(path: string): number }; readonly args: { readonly amount: number } };
const ask = (({ history, args }: Paying) => history.sum("args.amount") + args.amount > limit) as never;
const policy = definePolicy({ tools: { pay: { history: true, ask }, note: "ask" } });
await using store = openStore(place);
const gate = createGate({ policy, store, warn: () => {} });
await store.now();
say({ ready: true });
await Promise.all(
  Array.from({ length: payments }, async (_, n) => {
    // What a person is asked about counts nothing, and doesn't write the thread.
    if (n % 4 === 0) await gate.ask({ threadId: "t", tool: "note", args: {}, key: `${name}-note-${n}` });
    const { id, status } = await gate.ask({ threadId: "t", tool: "pay", args: { amount }, key: `${name}-${n}` });
    if (status === "allowed") await gate.execute({ id, args: { amount } }, () => say({ paid: amount }));
  }),
);
say({ done: true });

/** In a process of its own: writes chains of events, or listens and keeps what it heard in a file. @module */
import { appendFileSync } from "node:fs";
import { createGate } from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { commit, event, TENANT } from "@countersign/store-tests";
import { openStore, type Place } from "../processes/place.ts";
import { namesOf } from "./ears.ts";
import { keptIn, type Kept } from "./kept.ts";

export type FeedOrder =
  | { readonly place: Place; readonly write: string; readonly count: number }
  | { readonly place: Place; readonly listenInto: string };

const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const order = JSON.parse(process.argv[2] ?? "") as FeedOrder;
const store = openStore(order.place);
await store.now();
say({ ready: true });
if ("write" in order) {
  for (let seq = 1; seq <= order.count; seq++) await commit(store, [], [event(order.write, seq)], seq % 5 === 0 ? "other" : TENANT);
  await store.close();
} else {
  const feed = createFeed(createGate({ store, tenant: TENANT }));
  const after = keptIn(order.listenInto).at(-1)?.position;
  for await (const { events, position } of feed.listen({ after, from: "start" }))
    appendFileSync(order.listenInto, `${JSON.stringify({ names: namesOf(events), position } satisfies Kept)}\n`);
}

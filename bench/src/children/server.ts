import { createGate } from "@countersign/core";
import { inbox } from "@countersign/inbox";
import { apiKeys, createKeys, createServer, signInLink } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import { callerOf } from "../serving/callers.ts";
import { onLoopback } from "../serving/on-loopback.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { fiona } from "../stores/policy.ts";
import { orderOf } from "./child.ts";

/** The server of a store, with the page. Asked for a `link`, it gives one that signs Fiona in; asked for a `key`, an operator's API key. */
const { address } = orderOf<{ readonly address: Address }>();
const gate = createGate({ store: await readyAt(address) });

await onLoopback((host) => {
  const link = signInLink({ gate, url: `http://${host}`, person: () => fiona });
  const authenticate = [link, apiKeys({ gate }), callerOf];
  const listen = nodeListener(createServer({ gate, inbox, authenticate, hosts: [host], limits: { requests: false } }));
  return {
    listener: (incoming, outgoing) => void listen(incoming, outgoing),
    async answer(question) {
      if (question === "link") return link.create();
      const name = `bench-${process.pid}-${Date.now()}`;
      return (await createKeys(gate).give({ name, scope: "operator", expiresIn: "1d" }, { by: fiona })).key;
    },
  };
});

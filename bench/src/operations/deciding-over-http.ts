import { approve, createGate } from "@countersign/core";
import { medianMs, timed, type Sample, type Timed } from "../measure.ts";
import { suspendOne } from "../moves.ts";
import type { Opened, Operations } from "../operations.ts";
import { HttpCaller } from "../serving/http-caller.ts";
import { serving } from "../serving/serving.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { fiona } from "../stores/policy.ts";

interface Given {
  readonly address: Address;
}

/** Decisions that a server in another process is sent, beside `gate.decide` in this one. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ address }: Given): Promise<Opened> {
  // Neither side decides on the connection that asked: the request is news to both.
  const asking = await readyAt(address);
  const store = await readyAt(address);
  const gate = createGate({ store });
  const server = await serving("server", { address });
  const caller = await HttpCaller.asFiona(server);
  const subject: Timed = async () => {
    const { id, proposal } = await suspendOne(asking);
    return timed(() => caller.call("POST", `/v1/requests/${id}/decisions`, { digest: proposal.digest, decision: approve() }));
  };
  const baseline: Timed = async () => {
    const request = await suspendOne(asking);
    return timed(() => gate.decide(request, approve(), { by: fiona }));
  };
  return {
    cases: [
      {
        subject,
        baseline,
        async profile(times) {
          const empty: Sample[] = [];
          const decided: Sample[] = [];
          for (let i = 0; i < times; i++) empty.push(await timed(() => caller.call("GET", "/v1/me")));
          const before = await server.ask<number>("cpu");
          for (let i = 0; i < times; i++) decided.push(await subject(1));
          const cpu = (await server.ask<number>("cpu")) - before;
          return [
            `a call that only says who one is: ${medianMs(empty).toFixed(3)} ms; a decision: ${medianMs(decided).toFixed(3)} ms`,
            `CPU of the server for a decision: ${(cpu / times).toFixed(3)} ms`,
          ];
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      caller.close();
      await server[Symbol.asyncDispose]();
      await store.close();
      await asking.close();
    },
  };
}

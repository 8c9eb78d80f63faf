import { createGate, type RequestQuery } from "@countersign/core";
import { timed } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";
import { HttpCaller } from "../serving/http-caller.ts";
import { serving } from "../serving/serving.ts";
import { readyAt, type Address } from "../stores/address.ts";

/** One page, as it is asked for over HTTP and of the gate itself. */
export interface Asking {
  readonly by: "operator" | "fiona";
  /** The query of `GET /v1/requests`. */
  readonly path: string;
  readonly query: RequestQuery;
}

interface Given {
  readonly address: Address;
  /** One for each case. */
  readonly askings: readonly Asking[];
}

/** Pages of the inbox from a server in another process, beside `gate.list` in this one. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ address, askings }: Given): Promise<Opened> {
  const store = await readyAt(address);
  const gate = createGate({ store });
  const server = await serving("server", { address });
  const callers = { operator: await HttpCaller.asOperator(server), fiona: await HttpCaller.asFiona(server) };
  const cases = askings.map(({ by, path, query }) => {
    const caller = callers[by];
    return {
      subject: () => timed(() => caller.call("GET", `/v1/requests${path}`)),
      baseline: () => timed(() => gate.list(query)),
      async profile(times: number) {
        const before = await server.ask<number>("cpu");
        for (let i = 0; i < times; i++) await caller.call("GET", `/v1/requests${path}`);
        const cpu = (await server.ask<number>("cpu")) - before;
        return [`CPU of the server for a page: ${(cpu / times).toFixed(3)} ms`];
      },
    };
  });
  return {
    cases,
    async [Symbol.asyncDispose]() {
      for (const caller of Object.values(callers)) caller.close();
      await server[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

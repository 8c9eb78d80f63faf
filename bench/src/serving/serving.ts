import { Helper } from "../children/helper.ts";

/** A server in a process of its own, on loopback. It answers what `onLoopback` says. */
export interface Serving extends AsyncDisposable {
  readonly port: number;
  readonly ask: Helper["ask"];
}

/** @param order what the child is told */
export async function serving(child: "server" | "bare-server", order: object): Promise<Serving> {
  const helper = await Helper.start(child, order, ["--expose-gc"]);
  return {
    port: await helper.ask<number>("port"),
    ask: (question) => helper.ask(question),
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  };
}

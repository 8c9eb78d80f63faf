import { Helper } from "../children/helper.ts";
import type { Held } from "../held.ts";
import { serving } from "./serving.ts";

/** A server in one process, and in another one as many as listen to it. */
export interface Audience extends AsyncDisposable {
  /**
   * Makes something happen that all of them hear of by this name. Answers how long it took until each of them had, in ms.
   * @param happen answers when it had happened, in ns by the clock that all processes share
   */
  hear(name: string, happen: () => Promise<number>): Promise<readonly number[]>;
  /** What the server holds more for each of them than it did without any, in kB. */
  heldForEach(): Promise<Held>;
  /** Something that the server answers. */
  readonly ask: Helper["ask"];
}

export async function audienceOf(child: "server" | "bare-server", order: object, count: number): Promise<Audience> {
  const server = await serving(child, order);
  const without = await server.ask<Held>("held");
  const listeners = await Helper.start("listeners", { port: server.port, count });
  return {
    ask: server.ask,
    async hear(name, happen) {
      const [heard, at] = await Promise.all([listeners.told<readonly number[]>(name), happen()]);
      // Some may have heard of it before whoever made it happen had an answer.
      return heard.map((each) => Math.max(0, (each - at) / 1e6));
    },
    async heldForEach() {
      const { heap, rss } = await server.ask<Held>("held");
      return { heap: ((heap - without.heap) * 1_000) / count, rss: ((rss - without.rss) * 1_000) / count };
    },
    async [Symbol.asyncDispose]() {
      await listeners[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

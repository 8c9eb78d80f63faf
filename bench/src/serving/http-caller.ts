import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Serving } from "./serving.ts";

/** Somebody who calls a server of this machine over a connection that stays open. By Node's own client, which adds the least. */
export class HttpCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(port: number, headers: Readonly<Record<string, string>>) {
    this.#port = port;
    this.#headers = headers;
  }

  /** Fiona's browser: a link has signed her in, so that each request finds her session in the store. */
  static async asFiona({ port, ask }: Serving): Promise<HttpCaller> {
    const [, secret] = (await ask<string>("link")).split("#");
    const page = { "Sec-Fetch-Site": "same-origin" };
    const stranger = new HttpCaller(port, page);
    const response = await stranger.#send("POST", "/auth/link", { secret });
    stranger.close();
    const [cookie = ""] = response.headers["set-cookie"]?.[0]?.split(";") ?? [];
    return new HttpCaller(port, { ...page, Cookie: cookie });
  }

  /** A program with an operator's API key, which each request finds in the store. */
  static async asOperator({ port, ask }: Serving): Promise<HttpCaller> {
    return new HttpCaller(port, { Authorization: `Bearer ${await ask<string>("key")}` });
  }

  /** @throws Error for any answer but 200 */
  async call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
    return JSON.parse(await text(await this.#send(method, path, body))) as T;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const sent = body && JSON.stringify(body);
    const headers = {
      ...this.#headers,
      ...(sent !== undefined && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(sent) }),
    };
    const sending = request({ host: "127.0.0.1", port: this.#port, agent: this.#agent, method, path, headers }).end(sent);
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    if (response.statusCode === 200) return response;
    throw new Error(`${method} ${path} was answered ${response.statusCode}: ${await text(response)}`);
  }
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { request as send, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { BIN, environment, type Surroundings } from "./command.ts";
import type { Office } from "./office.ts";

/** A line of what `serve` says in a pipe. */
export interface Said {
  readonly type: string;
  readonly url?: string;
  readonly address?: string;
  readonly signInLink?: string;
  readonly [more: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** `countersign serve` in pipes, in a process of its own. */
export class Served {
  readonly #child;
  readonly #said: Said[] = [];
  readonly #ended: Promise<number | null>;
  #stderr = "";
  readonly pid: number;

  constructor(office: Office, args: readonly string[], { env, cwd = office.home }: Surroundings = {}) {
    const own = { COUNTERSIGN_STORE: office.address, COUNTERSIGN_AS: "fiona", COUNTERSIGN_ROLES: "finance", ...env };
    this.#child = spawn(process.execPath, [BIN, "serve", ...args], { env: environment(office.home, own), cwd, stdio: "pipe" });
    this.pid = this.#child.pid ?? 0;
    this.#child.stderr.on("data", (data: Buffer) => (this.#stderr += data.toString()));
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#said.push(JSON.parse(line) as Said));
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** On any free port, ready. */
  static async on(office: Office, args: readonly string[] = ["--port", "0"], surroundings: Surroundings = {}): Promise<Served> {
    const served = new Served(office, args, surroundings);
    await served.says("listening");
    return served;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The first line of this type that it says, or has said. */
  async says(type: string): Promise<Said> {
    for (const late = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
      const found = this.#said.find((each) => each.type === type);
      if (found) return found;
      if (this.#child.exitCode !== null || Date.now() > late) throw new Error(`serve never said ${type}: ${this.#stderr}`);
    }
  }

  async port(): Promise<number> {
    return Number((await this.says("listening")).address?.split(":").at(-1));
  }

  /** A request to where it listens, under its own name unless the headers say otherwise. */
  async call(path: string, { method = "GET", headers, body }: Sent = {}): Promise<Answer> {
    const json = body && { "content-type": "application/json", "sec-fetch-site": "same-origin" };
    const sent = send({ host: "127.0.0.1", port: await this.port(), path, method, headers: { ...json, ...headers } });
    sent.end(body && JSON.stringify(body));
    return answerTo(await responded(sent));
  }

  /** Opens the link, as its page does. */
  async opens(link: string | undefined): Promise<Answer> {
    return this.call("/auth/link", { method: "POST", body: { secret: new URL(link ?? "").hash.slice(1) } });
  }

  /** A browser that has opened the link: its cookie. */
  async signedIn(): Promise<string> {
    const { headers } = await this.opens((await this.says("listening")).signInLink);
    return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<number | null> {
    return this.#ended;
  }

  async stop(): Promise<number | null> {
    this.signal("SIGTERM");
    return this.#ended;
  }
}

export async function responded(sent: ReturnType<typeof send>): Promise<IncomingMessage> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

async function answerTo(response: IncomingMessage): Promise<Answer> {
  const said = await text(response);
  const body = said.startsWith("{") ? (JSON.parse(said) as Record<string, unknown>) : { text: said };
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

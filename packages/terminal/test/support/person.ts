import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Principal } from "@countersign/core";
import { spawn, type IPty } from "@lydell/node-pty";
import { RecordedScreen } from "@countersign/recorded-screen";
import type { Call } from "./policy.ts";

const PATIENCE = 20_000;
const AGENT = join(import.meta.dirname, "agent.process.ts");
/** Compiled code, shared by all that run: nothing that a test could look at. */
export const COMPILED: string = join(import.meta.dirname, "../../node_modules/.cache/compiled");

export interface PersonOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly as?: Principal;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder of its own, gone afterwards. */
export function databaseFolder(): { readonly file: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "countersign-terminal-"));
  return { file: join(path, "countersign.db"), remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** In front of an agent that asks: a pseudo-terminal, and what an emulator makes of it. */
export class Person {
  readonly #pty: IPty;
  readonly #screen: RecordedScreen;
  readonly #exited: Promise<number>;
  #output = "";
  #seen = 0;
  #isOver = false;
  #arrived = Promise.withResolvers<void>();

  constructor(database: string, calls: readonly Call[], { columns = 80, rows = 24, as = FIONA, env = {} }: PersonOptions = {}) {
    const args = ["--disable-warning=ExperimentalWarning", AGENT, database, JSON.stringify(calls), JSON.stringify(as)];
    const own = { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", HOME: tmpdir(), NODE_COMPILE_CACHE: COMPILED };
    this.#screen = new RecordedScreen(columns, rows);
    this.#pty = spawn(process.execPath, args, { cols: columns, rows, env: { ...own, ...env } });
    this.#pty.onData((data) => {
      this.#output += data;
      void this.#screen.write(data);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
    this.#exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#isOver = true;
        resolve(signal ? 128 + signal : exitCode);
      });
    });
  }

  /** All that the terminal was sent. */
  get raw(): string {
    return this.#output;
  }

  /** Waits for a text that wasn't looked at before. Answers what came up to it. */
  async until(text: string, patience: number = PATIENCE): Promise<string> {
    const late = Date.now() + patience;
    for (;;) {
      const all = stripVTControlCharacters(this.#output).replaceAll("\r\n", "\n");
      const fresh = all.slice(this.#seen);
      const at = fresh.indexOf(text);
      if (at >= 0) {
        this.#seen += at + text.length;
        return fresh.slice(0, at + text.length);
      }
      const left = this.#isOver ? 0 : late - Date.now();
      if (left <= 0) throw new Error(`The terminal never showed ${JSON.stringify(text)}. It shows:\n${fresh}`);
      await Promise.race([this.#arrived.promise, new Promise((resolve) => setTimeout(resolve, Math.min(left, 200)))]);
    }
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  /** Types a key as somebody who has read the question, until something came of it. */
  async answers(key: string, text: string): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      this.type(key);
      try {
        return await this.until(text, 1_500);
      } catch (error) {
        if (attempt > 8) throw error;
      }
    }
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** The rows that are on the screen. */
  async rows(): Promise<readonly string[]> {
    await this.#screen.write("");
    return this.#screen.rows();
  }

  /** What the process ended with. */
  ended(): Promise<number> {
    return this.#exited;
  }

  kill(signal = "SIGKILL"): void {
    this.#pty.kill(signal);
  }
}

const FIONA: Principal = { id: "fiona", roles: ["finance"] };

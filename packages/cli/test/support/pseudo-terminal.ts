import { stripVTControlCharacters } from "node:util";
import { spawn, type IPty } from "@lydell/node-pty";
import { BIN, environment, type Surroundings } from "./command.ts";

const PATIENCE = 20_000;

/** The command with a person in front of it. */
export class PseudoTerminal {
  readonly #pty: IPty;
  readonly #exited: Promise<number>;
  #output = "";
  /** How much of the output was looked at. */
  #seen = 0;
  #arrived = Promise.withResolvers<void>();

  constructor(
    home: string,
    args: readonly string[],
    { env, cwd = home, columns = 100, rows = 24 }: Surroundings & { readonly columns?: number; readonly rows?: number } = {},
  ) {
    this.#pty = spawn(process.execPath, [BIN, ...args], { cols: columns, rows, cwd, env: environment(home, env) });
    this.#pty.onData((data) => {
      this.#output += data;
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
    this.#exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
    });
  }

  /** All that the terminal was sent, control sequences included. */
  get raw(): string {
    return this.#output;
  }

  /** What a person has read. */
  get text(): string {
    return readable(this.#output);
  }

  /** Waits for a text that wasn't looked at before. Answers what has come since: all of it counts as looked at from now on. */
  async until(text: string): Promise<string> {
    const late = Date.now() + PATIENCE;
    for (;;) {
      const fresh = readable(this.#output.slice(this.#seen));
      if (fresh.includes(text)) {
        this.#seen = this.#output.length;
        return fresh;
      }
      const left = late - Date.now();
      if (left <= 0) throw new Error(`The terminal never showed ${JSON.stringify(text)}. It shows:\n${fresh}`);
      await Promise.race([this.#arrived.promise, new Promise((resolve) => setTimeout(resolve, Math.min(left, 500)))]);
    }
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows);
  }

  /** What the process ended with. */
  ended(): Promise<number> {
    return this.#exited;
  }

  kill(signal = "SIGKILL"): void {
    this.#pty.kill(signal);
  }
}

function readable(output: string): string {
  return stripVTControlCharacters(output).replaceAll("\r\n", "\n");
}

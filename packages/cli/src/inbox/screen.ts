import { emitKeypressEvents } from "node:readline";

const ENTER = "\u001b[?1049h\u001b[?25l";
const HOME = "\u001b[H";
/** Erased behind what is written: erasing everything first would flicker. */
const REST_OF_LINE = "\u001b[K";
const BELOW = "\u001b[J";
const LEAVE = "\u001b[?25h\u001b[?1049l";

const SIGNALS = ["SIGTERM", "SIGHUP"] as const;

/** The terminal as one page that is drawn anew, with single keys. Whatever ends the process leaves the terminal as it was. */
export class Screen {
  readonly #onKey: (key: string) => void;
  #open = false;
  readonly #listen = (character: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean } | undefined): void =>
    this.#onKey(key?.ctrl ? `ctrl-${key.name}` : (key?.name ?? character ?? ""));
  readonly #leave = (): void => this.close();
  readonly #end = (signal: NodeJS.Signals): void => {
    this.close();
    process.kill(process.pid, signal);
  };

  constructor(onKey: (key: string) => void) {
    this.#onKey = onKey;
    emitKeypressEvents(process.stdin);
  }

  get rows(): number {
    return process.stderr.rows || 24;
  }

  get columns(): number {
    return process.stderr.columns || 80;
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    process.stdin.setRawMode(true);
    process.stdin.on("keypress", this.#listen).resume();
    process.on("exit", this.#leave);
    for (const signal of SIGNALS) process.on(signal, this.#end);
    process.stderr.write(ENTER);
  }

  /** Gives the terminal back, to a dialogue or to the shell. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.stdin.off("keypress", this.#listen).pause();
    process.stdin.setRawMode(false);
    process.off("exit", this.#leave);
    for (const signal of SIGNALS) process.off(signal, this.#end);
    process.stderr.write(LEAVE);
  }

  /** Lines that are longer than the screen is wide must have been cut: the terminal would move all that follows. */
  draw(lines: readonly string[]): void {
    if (this.#open) process.stderr.write(`${HOME}${lines.slice(0, this.rows).join(`${REST_OF_LINE}\n`)}${REST_OF_LINE}${BELOW}`);
  }
}

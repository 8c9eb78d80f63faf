import { setTimeout as sleep } from "node:timers/promises";
import { RecordedScreen } from "@countersign/recorded-screen";
import type { PseudoTerminal } from "./pseudo-terminal.ts";

const PATIENCE = 20_000;
/** Longer than it takes until a key may be meant for what is shown. */
const READING = 350;

/** Somebody who reads the screen, and then presses a key. */
export class Person {
  readonly terminal: PseudoTerminal;
  columns: number;
  rows: number;

  constructor(terminal: PseudoTerminal, columns = 100, rows = 24) {
    this.terminal = terminal;
    [this.columns, this.rows] = [columns, rows];
  }

  /** The screen as it is now. */
  async screen(): Promise<string> {
    using screen = new RecordedScreen(this.columns, this.rows);
    await screen.write(this.terminal.raw);
    return screen.rows().join("\n");
  }

  /** Waits until the screen is so. Answers the screen. */
  async sees(what: string | RegExp): Promise<string> {
    const late = Date.now() + PATIENCE;
    for (;;) {
      const { length } = this.terminal.raw;
      const screen = await this.screen();
      if (typeof what === "string" ? screen.includes(what) : what.test(screen)) return screen;
      // To draw all of it again takes long: only once there is more of it.
      do {
        if (Date.now() > late) throw new Error(`The screen never showed ${String(what)}. It shows:\n${screen}`);
        await sleep(50);
      } while (this.terminal.raw.length === length);
    }
  }

  /** Reads first. Each key by itself. */
  async presses(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await sleep(READING);
      this.terminal.type(key);
    }
  }

  /** Without reading in between: letters of a text, keys that decide nothing. */
  async types(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await sleep(50);
      this.terminal.type(key);
    }
  }

  /** Ctrl-C until the program has ended: it may only end a question, or come when keys are thrown away. */
  async interrupts(): Promise<void> {
    let isOver = false;
    const ended = this.terminal.ended().then(() => (isOver = true));
    while (!isOver) {
      this.terminal.type("\u0003");
      await Promise.race([ended, sleep(500)]);
    }
  }

  resizes(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    this.terminal.resize(columns, rows);
  }
}

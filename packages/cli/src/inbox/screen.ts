import { takeKeyboard, type Input, type Keyboard } from "@countersign/terminal";
import { keyNames } from "./key-names.ts";

/** Another page, and no cursor. */
const PAGE = { enter: "\u001b[?1049h\u001b[?25l", leave: "\u001b[?25h\u001b[?1049l" };
const HOME = "\u001b[H";
/** Erased behind what is written: erasing everything first would flicker. */
const REST_OF_LINE = "\u001b[K";
const BELOW = "\u001b[J";

/** Keys that come so soon after the page did were typed ahead, in ms. */
const TYPED_AHEAD = 100;
const ALWAYS: ReadonlySet<string> = new Set(["ctrl-c", "ctrl-d"]);

export interface ScreenEvents {
  /** A letter as it was typed, or the name of the key. */
  readonly key: (key: string) => void;
  readonly pasted: (text: string) => void;
  /** Its size has changed, or others have drawn on it. */
  readonly resized: () => void;
  /** Nobody sits there any more. */
  readonly closed: () => void;
}

/** What draws these lines over whatever page there was. */
export function pageOf(lines: readonly string[]): string {
  return `${HOME}${lines.join(`${REST_OF_LINE}\r\n`)}${REST_OF_LINE}${BELOW}`;
}

/**
 * The terminal as one page that is drawn anew, with single keys. Whatever ends or stops the process leaves the terminal as it
 * was. What was typed before the page was there is thrown away.
 */
export class Screen {
  readonly #events: ScreenEvents;
  #keyboard: Keyboard | undefined;
  #drawn: string | undefined;
  #isRead = false;
  #opening: NodeJS.Timeout | undefined;
  readonly #resized = (): void => {
    this.#drawn = undefined;
    this.#events.resized();
  };

  constructor(events: ScreenEvents) {
    this.#events = events;
  }

  get lines(): number {
    return process.stderr.rows || 24;
  }

  get columns(): number {
    return process.stderr.columns || 80;
  }

  open(): void {
    if (this.#keyboard) return;
    this.#drawn = undefined;
    const { stdin: input, stderr: output } = process;
    const events = {
      input: (one: Input) => this.#arrived(one),
      ended: () => this.#events.closed(),
      continued: () => {
        this.#guard();
        this.#resized();
      },
    };
    this.#keyboard = takeKeyboard({ input, output }, events, PAGE);
    process.stderr.on("resize", this.#resized);
    this.#guard();
  }

  /** Gives the terminal back, to a dialogue or to the shell. */
  close(): void {
    this.#keyboard?.letGo();
    this.#keyboard = undefined;
    clearTimeout(this.#opening);
    process.stderr.off("resize", this.#resized);
  }

  /** Lines that are as wide as the screen or wider must have been cut: the terminal would move all that follows. */
  draw(lines: readonly string[]): void {
    const page = pageOf(lines.slice(0, this.lines));
    if (!this.#keyboard || page === this.#drawn) return;
    this.#drawn = page;
    process.stderr.write(page);
  }

  #guard(): void {
    this.#isRead = false;
    clearTimeout(this.#opening);
    // What had arrived by then is read first: the process may have been busy.
    const open = (): void => void (this.#isRead = true);
    this.#opening = setTimeout(() => setImmediate(() => setImmediate(open)), TYPED_AHEAD);
  }

  #arrived(input: Input): void {
    if ("name" in input) {
      if (input.name === "lost") this.#guard();
      else if (input.name !== "ignored") this.#key(input.name);
    } else if (!input.isPasted) for (const key of keyNames(input.text)) this.#key(key);
    else if (this.#isRead) this.#events.pasted(input.text);
  }

  #key(key: string): void {
    if (this.#isRead || ALWAYS.has(key)) this.#events.key(key);
  }
}

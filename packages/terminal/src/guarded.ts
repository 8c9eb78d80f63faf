import { wrapped } from "./wrapped.ts";
import type { Input, Keys } from "./input-decoder.ts";
import { takeKeyboard, type Tty } from "./keyboard.ts";

/** So long after a question was drawn, and after a key that came too early, keys were not meant for it, in ms. */
const GUARD = 300;
/** Keys that come closer together were not typed one by one, in ms. */
const BURST = 25;
/** A window that is being resized is drawn anew when it has come to rest, in ms. */
const RESIZED = 80;

/** Columns for what is typed. */
const ROOM = 8;

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const ESCAPE = "\u001b";

/** Why there is no answer: a no (Enter, Escape), Ctrl-C, the terminal was closed, or the question was taken back by its signal. */
export type Silence = "no" | "interrupted" | "closed" | "taken back";

/** How much of the terminal there is. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface GuardedOptions {
  /** All that stands before the answer, each row as wide as the terminal at most. Drawn at once, and again when the size changes. */
  readonly draw: (size: Size) => readonly string[];
  /** Behind it, on the same row as what is typed. Of ours, short. */
  readonly prompt: string;
  /** Is given a function that says something above the answer while the question stands. */
  readonly tells?: ((tell: (text: string) => void) => void) | undefined;
  /** Takes the question back. */
  readonly signal?: AbortSignal | undefined;
}

/** What somebody does with the keyboard while a question stands. */
interface Handler<T> {
  /** One key, typed by itself: a character, Escape as U+001B. Undefined: it answers nothing. */
  alone(key: string): { readonly answer: T | Silence } | undefined;
  /** Several at once, or pasted. */
  together?(keys: Keys): void;
  /** What has been typed so far, to be drawn behind the prompt. */
  typed?(room: number): string;
}

/**
 * Draws a question, and waits for an answer that was meant for it. What was typed before it was drawn, or within 300 ms after
 * it, is thrown away. Ctrl-C and a closed terminal end it at any time. What is no terminal is a closed one.
 */
export async function guarded<T>(tty: Tty, options: GuardedOptions, handler: Handler<T>): Promise<T | Silence> {
  const { draw, prompt, signal } = options;
  const { input, output } = tty;
  if (!input.isTTY || !output.isTTY) return "closed";
  if (signal?.aborted) return "taken back";
  const answer = Promise.withResolvers<T | Silence>();
  const timers = new Set<NodeJS.Timeout>();
  let [isOpen, isOver] = [false, false];
  let pending: { readonly key: string } | undefined;
  let lastKeys = -Infinity;

  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      answer.reject(error);
    }
  };
  const later = (ms: number, work: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // What had arrived by then is read first: the process may have been busy.
      setImmediate(() => setImmediate(() => isOver || attempt(work)));
    }, ms);
    timers.add(timer);
    return timer;
  };
  const cancel = (timer: NodeJS.Timeout | undefined): void => {
    clearTimeout(timer);
    if (timer) timers.delete(timer);
  };

  let drawing = 0;
  let guard: NodeJS.Timeout | undefined;
  const guarding = (): void => {
    cancel(guard);
    const mine = later(GUARD, () => (isOpen ||= guard === mine));
    guard = mine;
  };
  const shut = (): void => {
    [isOpen, pending] = [false, undefined];
    drawing++;
    cancel(guard);
    guard = undefined;
  };
  const drawn = (isAnew: boolean): void => {
    shut();
    const mine = drawing;
    const size = sizeOf(output);
    const rows = [...draw(size), ...promptRows(size.columns)[1]];
    output.write(`${isAnew ? CLEARED : ""}${rows.map((row) => `${row}\r\n`).join("")}`);
    promptDrawn();
    output.write("", () => isOver || mine !== drawing || guarding());
  };
  const promptDrawn = (): void => {
    const { columns } = sizeOf(output);
    const [row] = promptRows(columns);
    output.write(`\r${REST_OF_ROW}${row}${handler.typed?.(columns - row.length - 1) ?? ""}`);
  };
  /** The row on which is answered, and before it what has no room there. */
  const promptRows = (columns: number): readonly [row: string, above: readonly string[]] =>
    prompt.length + ROOM < columns ? [prompt, []] : ["> ", wrapped(prompt.trim(), columns - 1)];
  const settled = (key: string): void => {
    const outcome = handler.alone(key);
    if (outcome) answer.resolve(outcome.answer);
    else promptDrawn();
  };

  const onInput = (input: Input): void => {
    // Nobody knows what the keys since were meant for.
    if ("name" in input && input.name === "lost") {
      [isOpen, pending] = [false, undefined];
      return guard && guarding();
    }
    // The other names answer nothing, and neither does what came with them.
    const { text, isPasted }: Keys = "text" in input ? input : { text: input.name === "escape" ? ESCAPE : "", isPasted: false };
    const now = performance.now();
    const isBurst = now - lastKeys < BURST || pending !== undefined;
    lastKeys = now;
    if (!isPasted && text.includes(CTRL_C)) return answer.resolve("interrupted");
    if (!isPasted && text === CTRL_D) return answer.resolve("closed");
    // Whoever types on has not looked yet. Of a line, the rest would be taken for all of it.
    if (!isOpen) return guard && guarding();
    const burst = (pending?.key ?? "") + text;
    pending = undefined;
    if (isPasted || isBurst || Array.from(text).length !== 1) {
      if (burst !== "") handler.together?.({ text: burst, isPasted });
      return promptDrawn();
    }
    const mine = (pending = { key: text });
    later(BURST, () => {
      if (pending !== mine) return;
      pending = undefined;
      // The next one has begun to arrive.
      if (!keyboard.isAmid()) settled(text);
    });
  };

  let resizing: NodeJS.Timeout | undefined;
  const resized = (): void => {
    shut();
    cancel(resizing);
    resizing = later(RESIZED, () => drawn(true));
  };
  const continued = (): void => {
    shut();
    drawn(true);
  };
  const takenBack = (): void => answer.resolve("taken back");

  options.tells?.((text) => {
    if (isOver) return;
    const rows = wrapped(text, sizeOf(output).columns - 1);
    output.write(`\r${REST_OF_ROW}${rows.map((row) => `${row}\r\n`).join("")}`);
    promptDrawn();
  });
  const keyboard = takeKeyboard(tty, { input: onInput, ended: () => answer.resolve("closed"), continued: () => attempt(continued) });
  output.on("resize", resized);
  signal?.addEventListener("abort", takenBack, { once: true });
  try {
    drawn(false);
    return await answer.promise;
  } finally {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", takenBack);
    output.off("resize", resized);
    keyboard.letGo();
    output.write("\r\n");
  }
}

const CLEARED = "\u001b[H\u001b[2J";
const REST_OF_ROW = "\u001b[K";

/** At least what a question needs, also where the terminal doesn't know. */
export function sizeOf({ columns, rows }: { readonly columns?: number; readonly rows?: number }): Size {
  return { columns: Math.max(columns || 80, 12), rows: Math.max(rows || 24, 4) };
}

import { InputDecoder, type Input } from "./input-decoder.ts";

/** A person's keyboard, and the screen in front of them. */
export interface Tty {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** What whoever has the keyboard is told. */
export interface KeyboardEvents {
  readonly input: (input: Input) => void;
  /** Nobody can answer any more: the terminal was closed, or the process is about to end. */
  readonly ended: () => void;
  /** The process was stopped and goes on: others have drawn on the terminal meanwhile. */
  readonly continued: () => void;
}

/** What the terminal is sent when it is taken, and when it is given back. */
export interface Page {
  readonly enter: string;
  readonly leave: string;
}

export interface Keyboard {
  /** Something has begun to arrive whose end is missing. */
  isAmid(): boolean;
  letGo(): void;
}

const PASTE_ON = "\u001b[?2004h";
const PASTE_OFF = "\u001b[?2004l";
const NO_PAGE: Page = { enter: "", leave: "" };

const SIGNALS = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;

/**
 * Takes the keys of a terminal, unbuffered and without an echo, until it is let go of. Whatever ends or stops the process gives
 * the terminal back as it was.
 */
export function takeKeyboard({ input, output }: Tty, events: KeyboardEvents, page: Page = NO_PAGE): Keyboard {
  const wasRaw = input.isRaw;
  const hasPaste = process.env["TERM"] !== "dumb";
  let decoder = new InputDecoder();
  let waiting: NodeJS.Timeout | undefined;
  let arrivals = 0;
  const tell = (found: readonly Input[]): void => {
    for (const one of found) if (isHeld) events.input(one);
  };
  const read = (chunk: Buffer | string): void => {
    arrivals++;
    tell(decoder.decode(Buffer.from(chunk)));
    awaitRest();
  };
  const awaitRest = (): void => {
    clearTimeout(waiting);
    if (!isHeld || decoder.quiet === undefined) return;
    const until = arrivals;
    // What had arrived by then is read first: the process may have been busy.
    const rested = (): void => void (until === arrivals && isHeld && tell(decoder.rest()));
    waiting = setTimeout(() => setImmediate(() => setImmediate(rested)), decoder.quiet);
  };
  const take = (): void => {
    raw(input, true);
    ignoring(() => output.write(page.enter + (hasPaste ? PASTE_ON : "")));
  };
  const restore = (): void => {
    raw(input, wasRaw);
    ignoring(() => output.write((hasPaste ? PASTE_OFF : "") + page.leave));
  };
  const signalled = (signal: NodeJS.Signals): void => {
    letGo();
    events.ended();
    // Whoever else listens decides what becomes of the process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const stopped = (): void => {
    restore();
    process.kill(process.pid, "SIGSTOP");
  };
  const continued = (): void => {
    arrivals++;
    decoder = new InputDecoder();
    // A shell has set its own mode meanwhile, which Node doesn't know.
    raw(input, wasRaw);
    take();
    events.continued();
  };
  let isHeld = true;
  const letGo = (): void => {
    if (!isHeld) return;
    isHeld = false;
    clearTimeout(waiting);
    input.off("data", read).off("end", events.ended).off("close", events.ended).off("error", events.ended).on("error", gone).pause();
    output.off("error", events.ended).on("error", gone);
    process.off("exit", restore).off("SIGTSTP", stopped).off("SIGCONT", continued);
    for (const signal of SIGNALS) process.off(signal, signalled);
    restore();
  };

  process.on("exit", restore).on("SIGTSTP", stopped).on("SIGCONT", continued);
  for (const signal of SIGNALS) process.on(signal, signalled);
  output.off("error", gone).on("error", events.ended);
  take();
  input.off("error", gone).on("data", read).on("end", events.ended).on("close", events.ended).on("error", events.ended).resume();
  return { isAmid: () => decoder.quiet !== undefined, letGo };
}

/** What a terminal that was closed says afterwards ends nothing. */
function gone(): void {}

/** A terminal that is gone can't be set any more, and needn't be. */
function raw(input: NodeJS.ReadStream, isRaw: boolean): void {
  ignoring(() => input.setRawMode(isRaw));
}

function ignoring(work: () => void): void {
  try {
    work();
  } catch {
    // Gone.
  }
}

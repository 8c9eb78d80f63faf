import { styleText } from "node:util";
import { revealed, visibleJson } from "@countersign/review";
import { lineRows, type Line, type Style } from "./line-rows.ts";

export type { Line, Style };

/**
 * Where a command says what came of it: results on standard output, everything else on standard error. Nothing hidden gets
 * out, whatever it is given. At a terminal lines are wrapped here, so that no row but the first begins at the left edge.
 */
export class Output {
  /** Results are JSON, one value a line. */
  readonly json: boolean;
  /** A person reads the results on a terminal. */
  readonly people: boolean;
  /** A person can be asked: prompts are on standard error, so that results can still be piped. */
  readonly interactive: boolean;

  constructor(json: boolean) {
    this.json = json;
    this.people = process.stdout.isTTY && !json;
    this.interactive = process.stdin.isTTY && process.stderr.isTTY;
  }

  /** How wide a line may be. In a pipe: as wide as it is. */
  get width(): number {
    return this.people ? columnsOf(process.stdout) - 1 : Infinity;
  }

  /** A result for people, or for `cut` and `grep`. */
  line(line: Line): void {
    this.#write(process.stdout, line);
  }

  /** Rows that are safe and fit already. */
  drawn(rows: readonly string[]): void {
    for (const row of rows) process.stdout.write(`${row}\n`);
  }

  /** A result for programs. What is hidden is escaped, so that nothing in it acts on a terminal. */
  value(value: unknown): void {
    this.drawn([visibleJson(value, 0)]);
  }

  /** One result, for whoever reads. */
  result(value: unknown, ...lines: readonly Line[]): void {
    if (this.json) this.value(value);
    else for (const line of lines) this.line(line);
  }

  /** What a person may want to know. Not said in pipes. */
  hint(text: string): void {
    if (this.people) this.#write(process.stderr, [{ style: "dim", text }]);
  }

  /** Part of a dialogue. */
  say(text: string): void {
    this.#write(process.stderr, text);
  }

  /** What has to be said, whoever reads. */
  warn(text: string): void {
    this.#write(process.stderr, ["countersign: ", text]);
  }

  /** Why a command ends. @param message of `explained`: its line breaks are ours */
  error(message: string): void {
    const [first = "", ...others] = message.split("\n");
    this.warn(first);
    for (const line of others) this.#write(process.stderr, ["  ", line.trimStart()]);
  }

  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return colours(stream) ? styleText(style, text, { validateStream: false }) : text;
  }

  #write(stream: NodeJS.WriteStream, line: Line): void {
    const parts = (typeof line === "string" ? [line] : line).map((part) =>
      typeof part === "string" ? revealed(part) : { ...part, text: revealed(part.text) },
    );
    const columns = stream.isTTY ? columnsOf(stream) : Infinity;
    for (const row of lineRows(parts, columns, (style, text) => this.style(style, text, stream))) stream.write(`${row}\n`);
  }
}

function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns || 80;
}

/** @see https://no-color.org */
function colours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

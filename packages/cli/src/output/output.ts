import { styleText } from "node:util";
import { visible, visibleJson } from "@countersign/core/terminal";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where a command says what came of it: results on standard output, everything else on standard error. */
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
    return this.people ? process.stdout.columns || 80 : Infinity;
  }

  /** A result for people, or for `cut` and `grep`. */
  line(text = ""): void {
    process.stdout.write(`${text}\n`);
  }

  /** A result for programs. What is hidden is escaped, so that nothing in it acts on a terminal. */
  value(value: unknown): void {
    this.line(visibleJson(value, 0));
  }

  /** One result, for whoever reads. */
  result(value: unknown, text: string): void {
    if (this.json) this.value(value);
    else this.line(text);
  }

  /** What a person may want to know. Not said in pipes. */
  hint(text: string): void {
    if (this.people) process.stderr.write(`${this.style("dim", text, process.stderr)}\n`);
  }

  /** Part of a dialogue. */
  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** What has to be said, whoever reads. */
  warn(text: string): void {
    process.stderr.write(`countersign: ${visible(text)}\n`);
  }

  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return colours(stream) ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** @see https://no-color.org */
function colours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

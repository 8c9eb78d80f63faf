import type { WriteStream } from "node:tty";

/** Tells people how far a run is, on standard error. Where nobody watches: one line for each row. */
export class Progress {
  readonly #out: WriteStream;
  #row = "";
  #begun = 0;

  constructor(out: WriteStream = process.stderr) {
    this.#out = out;
  }

  begin(row: string, number: number, of: number): void {
    this.#row = `${String(number).padStart(String(of).length)}/${of}  ${row}`;
    this.#begun = performance.now();
    this.note("");
  }

  /** What the row is doing right now. */
  note(text: string): void {
    if (this.#out.isTTY) this.#rewrite(`${this.#row}${text && ` … ${text}`}`);
  }

  end(): void {
    const line = `${this.#row}  ${((performance.now() - this.#begun) / 1_000).toFixed(1)} s\n`;
    if (this.#out.isTTY) this.#rewrite(line);
    else this.#out.write(line);
  }

  #rewrite(line: string): void {
    this.#out.cursorTo(0);
    this.#out.clearLine(1);
    this.#out.write(line.slice(0, line.endsWith("\n") ? undefined : this.#out.columns));
  }
}

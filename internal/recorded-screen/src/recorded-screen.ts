import xterm from "@xterm/headless";

/** One place on the screen. `colour` is one of the 16 of a terminal, or undefined for its own. */
export interface Cell {
  readonly text: string;
  /** 2 for each of 支払い, 0 for the place beside it. */
  readonly width: number;
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

/** A terminal without a window: it takes what a program prints, and says what stands where. */
export class RecordedScreen {
  readonly #terminal: xterm.Terminal;

  constructor(columns: number, rows: number) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  /** Has the program asked for a screen of its own? */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Resolves when it is drawn. */
  write(output: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(output, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** The rows that are in sight, without the blanks at their ends. */
  rows(): readonly string[] {
    const { baseY } = this.#terminal.buffer.active;
    return this.#lines(baseY, baseY + this.#terminal.rows);
  }

  /** All of it, with what has scrolled away. */
  allRows(): readonly string[] {
    return this.#lines(0, this.#terminal.buffer.active.length);
  }

  /** The rows that are in sight, place by place. */
  cells(): readonly (readonly Cell[])[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row);
      return Array.from({ length: this.#terminal.cols }, (__, column) => cellOf(line?.getCell(column)));
    });
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }

  #lines(from: number, to: number): readonly string[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: to - from }, (_, row) => active.getLine(from + row)?.translateToString(true) ?? "");
  }
}

function cellOf(cell: xterm.IBufferCell | undefined): Cell {
  return {
    text: cell?.getChars() ?? "",
    width: cell?.getWidth() ?? 1,
    colour: cell?.isFgPalette() ? cell.getFgColor() : undefined,
    bold: cell?.isBold() !== 0 && cell !== undefined,
    dim: cell?.isDim() !== 0 && cell !== undefined,
    inverse: cell?.isInverse() !== 0 && cell !== undefined,
  };
}

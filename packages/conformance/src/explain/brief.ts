/** A value in one line of at most about so many characters. What is cut off is never looked at, however large it is. */
export function brief(value: unknown, room = 200): string {
  const line = new Line(room);
  line.write(value, 0);
  return line.text;
}

/** A text of somebody else's, such as an error's: on as many lines as it has, but not on hundreds. */
export function cutLines(text: string, most: number): readonly string[] {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `… ${lines.length - most} more lines`];
}

const DEEPEST = 8;

class Line {
  text = "";
  readonly #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  write(value: unknown, depth: number): void {
    if (typeof value === "string") this.#string(value);
    else if (typeof value === "function") this.text += "a function";
    else if (typeof value === "bigint") this.text += `${value}n`;
    else if (typeof value !== "object" || value === null) this.text += String(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof Date) this.text += `Date ${value.getTime()}`;
    else if (depth >= DEEPEST) this.text += "…";
    else if (value instanceof Error) this.text += `${value.name}: ${value.message.slice(0, this.#left())}`;
    else if (Array.isArray(value)) this.#all("[", value.entries(), "]", (_, item) => this.write(item, depth + 1));
    else this.#members(value, depth);
  }

  #left(): number {
    return Math.max(10, this.#room - this.text.length);
  }

  #string(value: string): void {
    const left = this.#left();
    this.text += value.length <= left ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, left))}… (${value.length} characters)`;
  }

  #bytes(value: Uint8Array): void {
    this.text += `${value.length} bytes ${Buffer.from(value.subarray(0, 8)).toString("hex")}${value.length > 8 ? "…" : ""}`;
  }

  #members(value: object, depth: number): void {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    this.#all("{", members, "}", (key, member) => {
      this.text += /^[\w$]+$/.test(key) ? `${key}: ` : `${JSON.stringify(key.slice(0, 40))}: `;
      this.write(member, depth + 1);
    });
  }

  #all<K>(open: string, items: Iterable<readonly [K, unknown]>, close: string, write: (key: K, item: unknown) => void): void {
    this.text += open;
    let first = true;
    for (const [key, item] of items) {
      if (!first) this.text += ", ";
      first = false;
      if (this.text.length >= this.#room) {
        this.text += "…";
        break;
      }
      write(key, item);
    }
    this.text += close;
  }
}

import { StringDecoder } from "node:string_decoder";

/** What arrived together, in plain keys: letters and control characters. */
export interface Keys {
  readonly text: string;
  /** The terminal says that it was pasted. */
  readonly isPasted: boolean;
}

/**
 * A key that sends a sequence. `ignored`: a sequence that is no key of ours, as a terminal's answer, a report of a mouse, a
 * letter with Alt. `lost`: something that never ended.
 */
export interface Named {
  readonly name:
    | "up" | "down" | "left" | "right" | "home" | "end" | "pageup" | "pagedown" | "insert" | "delete" | "escape" | "ignored" | "lost"; // prettier-ignore
}

export type Input = Keys | Named;

type State = "ground" | "escape" | "csi" | "ss3" | "string" | "string escape" | "skip" | "paste";

/** After so long a quiet, an Escape was the key, in ms. */
const ESCAPE_QUIET = 50;
/** After so long a quiet, what has begun won't end any more, in ms. */
const LOST_QUIET = 1_000;

const CTRL_C = 0x03;
const BELL = 0x07;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;
const ESC = 0x1b;
const PASTED = "200~";
const PASTE_ENDS = Buffer.from("\u001b[201~");
/** No key has a longer sequence: of what a terminal answers the rest isn't kept. */
const LONGEST = 16;

const BY_LETTER: ReadonlyMap<string, Named["name"]> = new Map([
  ["A", "up"],
  ["B", "down"],
  ["C", "right"],
  ["D", "left"],
  ["F", "end"],
  ["H", "home"],
]);
const BY_NUMBER: ReadonlyMap<string, Named["name"]> = new Map([
  ["1~", "home"],
  ["2~", "insert"],
  ["3~", "delete"],
  ["4~", "end"],
  ["5~", "pageup"],
  ["6~", "pagedown"],
  ["7~", "home"],
  ["8~", "end"],
]);

/**
 * Makes keys of the bytes of a terminal, however they are cut into chunks: what belongs to a sequence or a paste that has begun
 * is never a typed key. Ctrl-C ends both.
 */
export class InputDecoder {
  readonly #utf8 = new StringDecoder("utf8");
  #state: State = "ground";
  #sequence = "";
  /** How many bytes of a sequence of known length are still to come. */
  #left = 0;
  /** How much of the mark that ends a paste has arrived. */
  #matched = 0;
  #text: number[] = [];
  #found: Input[] = [];

  /** Undefined: all that arrived is decoded. Otherwise `rest` has to be called when nothing more has come for so long, in ms. */
  get quiet(): number | undefined {
    if (this.#state === "ground") return undefined;
    return this.#state === "escape" ? ESCAPE_QUIET : LOST_QUIET;
  }

  decode(chunk: Uint8Array): readonly Input[] {
    for (const byte of chunk) this.#take(byte);
    this.#flush(false);
    return this.#taken();
  }

  /** Nothing more has come for as long as `quiet` says. */
  rest(): readonly Input[] {
    if (this.#state !== "ground") this.#end(this.#state === "escape" ? "escape" : "lost");
    return this.#taken();
  }

  #taken(): readonly Input[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #take(byte: number): void {
    if (byte === CTRL_C && this.#state !== "ground") this.#end("ignored");
    switch (this.#state) {
      case "ground":
        if (byte === ESC) this.#begin("escape");
        else this.#text.push(byte);
        return;
      case "escape":
        return this.#introduced(byte);
      case "csi":
        return this.#control(byte);
      case "ss3":
        if (byte === ESC) return this.#anew();
        if (byte >= 0x40 && byte < 0x7f) this.#end((this.#sequence === "" && BY_LETTER.get(String.fromCharCode(byte))) || "ignored");
        else this.#keep(byte);
        return;
      case "string":
        if (byte === ESC) this.#state = "string escape";
        else if (byte === BELL || byte === CANCEL || byte === SUBSTITUTE) this.#end("ignored");
        return;
      case "string escape":
        if (byte === 0x5c) return this.#end("ignored");
        this.#anew();
        return this.#introduced(byte);
      case "skip":
        if (--this.#left === 0) this.#end("ignored");
        return;
      case "paste":
        return this.#pasted(byte);
    }
  }

  /** What follows an ESC says what it begins. */
  #introduced(byte: number): void {
    if (byte === ESC) return this.#anew();
    const character = String.fromCharCode(byte);
    if (character === "[") this.#begin("csi");
    else if (character === "O") this.#begin("ss3");
    else if ("]P^_X".includes(character)) this.#begin("string");
    else if (byte >= 0xc2) this.#skip(byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1);
    else this.#end("ignored");
  }

  #control(byte: number): void {
    if (byte === ESC) return this.#anew();
    if (byte === CANCEL || byte === SUBSTITUTE) return this.#end("ignored");
    if (byte < 0x40 || byte > 0x7e) return this.#keep(byte);
    const sequence = this.#sequence + String.fromCharCode(byte);
    // A mouse's button, column and row; a function key of Linux.
    if (sequence === "M") return this.#skip(3);
    if (sequence === "[") return this.#skip(1);
    if (sequence === PASTED) return this.#begin("paste");
    this.#end(BY_LETTER.get(sequence) ?? BY_NUMBER.get(sequence) ?? "ignored");
  }

  #pasted(byte: number): void {
    if (byte === PASTE_ENDS[this.#matched]) {
      if (++this.#matched < PASTE_ENDS.length) return;
      this.#flush(true);
      this.#state = "ground";
      return;
    }
    this.#text.push(...PASTE_ENDS.subarray(0, this.#matched));
    this.#matched = byte === ESC ? 1 : 0;
    if (byte !== ESC) this.#text.push(byte);
  }

  #keep(byte: number): void {
    if (this.#sequence.length < LONGEST) this.#sequence += String.fromCharCode(byte);
  }

  #skip(bytes: number): void {
    this.#begin("skip");
    this.#left = bytes;
  }

  #begin(state: State): void {
    this.#flush(true);
    this.#state = state;
    this.#sequence = "";
    this.#matched = 0;
  }

  /** A sequence began within another one. */
  #anew(): void {
    this.#end("ignored");
    this.#begin("escape");
  }

  #end(name: Named["name"]): void {
    this.#flush(true);
    this.#state = "ground";
    this.#found.push({ name });
  }

  /** @param isAll no byte of a character can follow */
  #flush(isAll: boolean): void {
    const text = this.#utf8.write(Buffer.from(this.#text)) + (isAll ? this.#utf8.end() : "");
    this.#text = [];
    if (text !== "") this.#found.push({ text, isPasted: this.#state === "paste" });
  }
}

import { digestOf, type ApprovalRequest, type JsonObject } from "@countersign/core";
import type { Checked } from "./check.ts";
import { decoded } from "./decoded.ts";
import { draftOf } from "./draft.ts";
import { EditLeft } from "./edit-left.ts";
import { openEditor } from "./editor.ts";
import { isCode, KeptDraft } from "./kept-draft.ts";
import { withNotes, withoutNotes, type Mistake } from "./notes.ts";

/**
 * A text that somebody is writing, in a private file. It outlives the questions about it, changes of the request, and the
 * process. End it with `signed` or `leave`.
 */
export class EditedText {
  readonly #file: KeptDraft;
  /** Nothing was changed as long as this is all of it. */
  readonly #unchanged: string;
  /** As it was read last; undefined if it can't be. */
  #text: string | undefined;
  #isOpened = false;
  #notes: readonly Mistake[] = [];
  readonly #meant = new Set<string>();

  private constructor(file: KeptDraft, unchanged: string, text: string | undefined) {
    this.#file = file;
    this.#unchanged = unchanged;
    this.#text = text;
  }

  static begin(request: ApprovalRequest): EditedText {
    const draft = draftOf(request);
    return new EditedText(KeptDraft.begin(request, draft), draft, draft);
  }

  /** The latest that was left behind. `at`: Unix ms. */
  static left(request: ApprovalRequest): { readonly at: number; take(): EditedText } | undefined {
    const left = KeptDraft.left(request);
    if (!left) return undefined;
    const take = (): EditedText => {
      const file = left.take();
      return new EditedText(file, draftOf(request), textOf(file.read()));
    };
    return { at: left.at, take };
  }

  /** Opens the editor, unless what it left is still to be looked at. @throws EditLeft if nothing came of it */
  async open(): Promise<void> {
    if (this.#isOpened) return;
    if (this.#text !== undefined) this.#file.write(this.#notes.length > 0 ? withNotes(this.#text, this.#notes) : this.#text);
    const ended = await openEditor(this.#file.path);
    this.#read();
    if (ended.type === "failed") throw this.left(ended.problem);
    if (this.#text === this.#unchanged) throw this.left(UNCHANGED);
    this.#isOpened = true;
  }

  #read(): void {
    try {
      this.#text = textOf(this.#file.read());
    } catch (error) {
      if (isCode(error, "ENOENT")) throw this.#nothing("The editor has removed the file, so nothing was changed.");
      throw this.left(`The file can't be read any more: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  /** What was written, as arguments of the request as it stands. @throws EditLeft if that changes nothing */
  async checked(request: ApprovalRequest): Promise<Exclude<Checked, { type: "nothing" }>> {
    if (this.#text === undefined) return { type: "mistakes", mistakes: [{ line: 1, path: "", message: ENCODING }] };
    // With it comes YAML: only whoever edits waits for that.
    const { checkDraft } = await import("./check.ts");
    const checked = checkDraft(this.#text, request);
    if (checked.type === "nothing") throw this.#nothing("There are no arguments left, so nothing was changed. Write {} for none.");
    // Not the digest of the proposal: hidden values are in that.
    const digest = (args: JsonObject): string => digestOf({ ...request, args });
    const isSame = checked.type === "args" && digest(checked.args) === digest(request.proposal.args);
    if (isSame) throw this.#nothing("These arguments are the ones that are proposed, so nothing was changed.");
    return checked;
  }

  #nothing(why: string): EditLeft {
    this.#text = this.#unchanged;
    return this.left(why);
  }

  /** Opens the editor once more, with notes on what is wrong. */
  again(notes: readonly Mistake[] = []): void {
    this.#isOpened = false;
    this.#notes = notes;
  }

  /** These fields were asked about. */
  mean(unknown: readonly Mistake[]): void {
    for (const { path } of unknown) this.#meant.add(path);
  }

  /** Those that weren't asked about. */
  unmeant(unknown: readonly Mistake[]): readonly Mistake[] {
    return unknown.filter(({ path }) => !this.#meant.has(path));
  }

  /** Nothing of the edit is needed any more. */
  signed(): void {
    this.#file.signed();
  }

  /** Lets go of the file. Answers where the text is kept; undefined if nothing was changed. */
  leave(): string | undefined {
    if (this.#text === this.#unchanged) return this.#file.remove();
    // Without our notes.
    if (this.#text !== undefined) this.#file.write(this.#text);
    return this.#file.leave();
  }

  /** The same, as an error to be thrown. */
  left(why: string): EditLeft {
    const kept = this.leave();
    return new EditLeft(kept === undefined ? why : `${why} ${kept}`);
  }
}

const UNCHANGED =
  'Nothing was changed. If your editor has a window of its own, tell it to wait until you close the file: EDITOR="code --wait".';
const ENCODING = "The file is no UTF-8. Save it as UTF-8.";

function textOf(bytes: Uint8Array): string | undefined {
  const text = decoded(bytes);
  return text === undefined ? undefined : withoutNotes(text);
}

import { edit as editing, type Confirmation, type Decision, type JsonObject } from "@countersign/core";
import { spanText } from "@countersign/review";
import type { Dialogue } from "../dialogue.ts";
import { ownRows, valueRows, type Drawing } from "../gutter.ts";
import { EditLeft } from "./edit-left.ts";
import { EditedText } from "./edited-text.ts";
import { mistakeText, type Mistake } from "./notes.ts";

/** What is said with an edit: see `edit` of `@countersign/core`. */
export interface EditExtras {
  readonly comment?: string | undefined;
  /** What was typed before. Default: it is asked for. */
  readonly confirm?: Confirmation | undefined;
  /** What goes along with it, shown before the question. */
  readonly rows?: ((drawing: Drawing) => readonly string[]) | undefined;
}

/**
 * One person's edit of one request, in their own editor. It outlives the dialogue: when the request changes while the editor is
 * open, the next dialogue goes on with the same text.
 * @example
 * const edit = new Edit();
 * const { answer, request } = await inDialogue(sitting, asked, (dialogue) => edit.at(dialogue));
 * await gate.decide(request, answer, { by });
 * edit.signed(); // else console.error(edit.leave())
 */
export class Edit {
  #text: EditedText | undefined;

  /**
   * Opens the editor until there is a text that could run, shows what differs, and asks. What it answers is about the request
   * that the dialogue has shown.
   * @throws EditLeft where nothing came of it; what the dialogue throws
   */
  async at(dialogue: Dialogue, extras: EditExtras = {}): Promise<Decision> {
    const text = (this.#text ??= await begun(dialogue));
    return signedEdit(dialogue, await writtenArgs(dialogue, text), extras);
  }

  /** It was signed: the text goes. */
  signed(): void {
    this.#text?.signed();
  }

  /** It wasn't signed. Answers where the text is kept, to be told; undefined if nothing was written. */
  leave(): string | undefined {
    return this.#text?.leave();
  }
}

/** The same for arguments that are there already. @throws what the dialogue throws */
export async function signedEdit(
  dialogue: Dialogue,
  args: JsonObject,
  { comment, confirm, rows: along = () => [] }: EditExtras = {},
): Promise<Decision> {
  await dialogue.propose(args);
  const typed = confirm ?? (await dialogue.typed());
  await dialogue.sign("Sign this?", { rows: along });
  return editing(args, { comment, confirm: typed });
}

/** A text that was left behind is offered before a new one is begun. */
async function begun(dialogue: Dialogue): Promise<EditedText> {
  const { request } = dialogue;
  const left = EditedText.left(request);
  if (!left) return EditedText.begin(request);
  const answer = await dialogue.line("Enter = go on with it, n = begin anew, q = leave it pending > ", {
    rows: (drawing) => ownRows(`A text of yours for this request is kept, from ${spanText(Date.now() - left.at)} ago.`, drawing, "bold"),
  });
  if (/^q$/i.test(answer)) throw new EditLeft("Left pending.");
  return /^no?$/i.test(answer) ? EditedText.begin(request) : left.take();
}

/** Until there are arguments, and nothing to ask about in them. */
async function writtenArgs(dialogue: Dialogue, text: EditedText): Promise<JsonObject> {
  for (;;) {
    await text.open();
    const checked = await text.checked(dialogue.request);
    if (checked.type === "mistakes") {
      await mended(dialogue, text, checked.mistakes, "This can't be signed as it is. Your text is kept.");
      continue;
    }
    const unknown = text.unmeant(checked.unknown);
    if (unknown.length === 0) return checked.args;
    await mended(dialogue, text, unknown, "The tool may not know this.", "m = it is meant, ");
  }
}

/** Asks what shall become of the mistakes. @throws EditLeft */
async function mended(dialogue: Dialogue, text: EditedText, mistakes: readonly Mistake[], why: string, meant = ""): Promise<void> {
  const answer = await dialogue.line(`Enter = edit again, ${meant}q = leave it pending > `, {
    rows: (drawing) => [...ownRows(why, drawing, "bold"), ...mistakes.flatMap((mistake) => valueRows(mistakeText(mistake), drawing))],
  });
  if (/^(?:q|n|no)$/i.test(answer)) throw text.left("Left pending.");
  if (meant !== "" && /^m$/i.test(answer)) text.mean(mistakes);
  else text.again(mistakes);
}

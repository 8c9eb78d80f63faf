import type { ApprovalRequest, Background, JsonObject, Principal } from "@countersign/core";
import { differencesOf, personText, reviewOf, type Review } from "@countersign/review";
import { askKey } from "./ask-key.ts";
import { askLine } from "./ask-line.ts";
import { editedRequest } from "./edited-request.ts";
import { ownRows, type Drawing } from "./gutter.ts";
import type { GuardedOptions, Silence, Size } from "./guarded.ts";
import type { Tty } from "./keyboard.ts";
import { questionRows } from "./question-rows.ts";
import { reviewParts } from "./review-rows.ts";
import type { Style } from "./style.ts";
import { Overtaken, Unanswered } from "./unanswered.ts";
import { watched, type Standing, type Watching } from "./watched.ts";

const AWAY = "The store can't be read right now. The question stands, and nothing can be signed until the store is back.";
const BACK = "The store can be read again.";

/** A person at a terminal who is asked about one request. */
export interface Sitting extends Watching {
  readonly tty: Tty;
  readonly style: Style;
  /** Who signs. */
  readonly by: Principal;
}

/** What may stand between a review and a question. */
export interface Interlude {
  /** Rows of ours and of values, made by `labelled`, `valueRows` and `ownRows`. */
  readonly rows?: (drawing: Drawing) => readonly string[];
}

/**
 * Questions about a request that was shown. While one stands, the request is watched: a question about what doesn't stand
 * any more ends, and never with an answer.
 */
export class Dialogue {
  readonly #sitting: Sitting;
  readonly #standing: Standing;
  readonly #seen: ApprovalRequest | undefined;
  /** What was said since, in order: it is drawn again with the rest. */
  readonly #said: string[] = [];
  /** An edit at hand, with what is known around the call that it makes. */
  #mine: { readonly args: JsonObject; readonly background: Background } | undefined;
  #isShown = false;

  /** @param seen as it was shown before */
  constructor(sitting: Sitting, standing: Standing, seen?: ApprovalRequest) {
    this.#sitting = sitting;
    this.#standing = standing;
    this.#seen = seen;
  }

  /** As it is shown: what a decision has to name. */
  get request(): ApprovalRequest {
    return this.#standing.request;
  }

  get background(): Background {
    return this.#standing.background;
  }

  /** Of what would be signed: the proposal as it stands, or the edit at hand. */
  get review(): Review {
    const { request, background } = this.#standing;
    const context = { now: Date.now(), by: this.#sitting.by, seen: this.#seen };
    if (!this.#mine) return reviewOf(request, { ...background, ...context });
    const { args, background: around } = this.#mine;
    const edited = reviewOf(editedRequest(request, args, this.#sitting.by), { ...around, ...context });
    return { ...edited, differences: differencesOf(request, args) };
  }

  /** From now on this edit is what is shown, and what the questions are about. */
  async propose(args: JsonObject): Promise<void> {
    const edited = editedRequest(this.request, args, this.#sitting.by);
    const background = (await this.#sitting.background?.(edited)) ?? this.background;
    this.#mine = { args, background };
    this.#isShown = false;
  }

  /** Shown before the next question. Of ours: nothing of a value. */
  say(text: string): void {
    this.#said.push(text);
  }

  /** One of these keys. @throws Unanswered, Overtaken */
  key<K extends string>(prompt: string, keys: readonly K[], interlude: Interlude = {}): Promise<K> {
    return this.#asked(interlude, prompt, (options) => askKey<K>(this.#sitting.tty, { ...options, keys }));
  }

  /** A yes to what is shown. @throws Unanswered, Overtaken */
  async sign(question: string, interlude?: Interlude): Promise<void> {
    await this.key(`${question} y = yes, Enter = no `, ["y"], interlude);
  }

  /** A line; empty if nothing was typed. @throws Unanswered, Overtaken */
  async line(prompt: string, { pastes = true, ...interlude }: Interlude & { readonly pastes?: boolean } = {}): Promise<string> {
    const { line } = await this.#asked(interlude, prompt, (options) => askLine(this.#sitting.tty, { ...options, pastes }));
    return line;
  }

  /** What whoever signs has to type, by path. Undefined: nothing. @throws Unanswered, Overtaken */
  async typed(
    paths: readonly string[] = this.review.confirm.map(({ path }) => path),
  ): Promise<Readonly<Record<string, string>> | undefined> {
    const typed: Record<string, string> = {};
    for (const path of paths) {
      const value = await this.line("> ", {
        pastes: false,
        rows: (drawing) => ownRows(`To sign, type what stands at ${path}. Enter leaves it pending.`, drawing),
      });
      if (value === "") throw new Unanswered("no");
      typed[path] = value;
    }
    return paths.length > 0 ? typed : undefined;
  }

  async #asked<A extends string | object>(
    { rows }: Interlude,
    prompt: string,
    ask: (options: GuardedOptions) => Promise<A | Silence>,
  ): Promise<A> {
    let tell: ((text: string) => void) | undefined;
    const onAway = (error: unknown): void => tell?.(error === undefined ? BACK : AWAY);
    const watch = watched(this.#standing, { ...this.#sitting, onAway });
    let isFirst = !this.#isShown;
    const draw = (size: Size): readonly string[] => {
      const drawing: Drawing = { columns: size.columns, style: this.#sitting.style };
      const said = this.#said.flatMap((text) => ownRows(text, drawing, "yellow"));
      const more = [...said, ...(rows?.(drawing) ?? [])];
      const all = isFirst ? [...this.#frame(drawing, size, more.length + 1), ...more] : more;
      isFirst = true;
      return all;
    };
    try {
      const answer = await ask({ draw, prompt, signal: watch.signal, tells: (said) => (tell = said) });
      const happening = watch.happened();
      if (happening?.kind === "over") throw new Unanswered("over", happening.request);
      if (happening) throw new Overtaken(happening);
      if (answer === "no" || answer === "interrupted" || answer === "closed" || answer === "taken back") throw new Unanswered(answer);
      this.#isShown = true;
      this.#said.length = 0;
      return answer;
    } finally {
      watch.stop();
    }
  }

  /** The whole review, and what stands right before a question. `below`: rows that follow. */
  #frame(drawing: Drawing, { rows }: Size, below: number): readonly string[] {
    const { review } = this;
    const parts = reviewParts(review, drawing);
    const question = (above: number): readonly string[] =>
      questionRows(review, drawing, { as: personText(this.#sitting.by), shown: parts.args.length, above });
    const room = rows - parts.after.length - question(parts.args.length).length - below;
    const above = Math.min(Math.max(parts.args.length - Math.max(room, 0), 0), parts.args.length);
    return [...parts.before, ...parts.args, ...parts.after, ...question(above)];
  }
}

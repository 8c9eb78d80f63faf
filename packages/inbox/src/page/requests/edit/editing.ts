import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { isApiError, type ApprovalRequest, type RequestAnswer, type Review } from "@countersign/server/client";
import type { App } from "../../app.ts";
import type { Opened } from "../detail/opened.ts";
import { draftKey, dropDraft, keepDraft, readDraft } from "./draft.ts";
import { isSame, type JsonObject } from "./entered.ts";
import { finished } from "./finished.ts";
import { createForm, type Form } from "./form.ts";
import { issuesOf } from "./issues-of.ts";
import { rebased } from "./rebased.ts";

/** An edit as the server has checked it: these arguments are signed, and no others. */
export interface Previewed {
  readonly args: JsonObject;
  readonly review: Review;
  /** They are what was proposed. */
  readonly isUnchanged: boolean;
}

/** What became of the request while somebody was editing it. `over`: it can't be edited any more. */
export type Turn =
  | { readonly type: "changed"; readonly answer: RequestAnswer }
  | { readonly type: "over"; readonly answer: RequestAnswer; readonly reason: string };

/** One person's edit of one request, until it is signed or left. */
export interface Editing {
  readonly form: Form;
  /** What the edit is made of. */
  readonly base: ReadonlySignal<RequestAnswer>;
  readonly turn: ReadonlySignal<Turn | undefined>;
  /** Undefined: it is still being entered. */
  readonly previewed: ReadonlySignal<Previewed | undefined>;
  readonly busy: ReadonlySignal<"checking" | "signing" | undefined>;
  /** What the server said that is about no one field. */
  readonly failure: ReadonlySignal<unknown>;
  /** The paths of what was to be typed and wasn't typed as it stands. */
  readonly mistyped: ReadonlySignal<readonly string[]>;
  readonly comment: Signal<string>;
  /** Where what is entered comes from, if it was begun before: the same arguments, or those before them. */
  readonly draftOf: ReadonlySignal<"these" | "earlier" | undefined>;
  /** The browser keeps what was entered while the tab is open. */
  readonly isKept: ReadonlySignal<boolean>;
  /** Has the server check it. Answers whether there is something to look at. */
  preview(): Promise<boolean>;
  back(): void;
  sign(confirm: Readonly<Record<string, string>>): Promise<void>;
  /** Everything as it was proposed. */
  startOver(): void;
  /** Goes on with the arguments that somebody else has proposed meanwhile: with what was entered, or without it. */
  goOn(isEntered: boolean): void;
  /** Keeps the draft fresh. Answers how to end that. */
  start(): () => void;
}

/** While somebody types, the draft isn't written at each key. */
const WAIT = 300;

/** @param onSigned called once, with the title of what was signed */
export function createEditing(
  { client, session }: App,
  opened: Opened,
  answer: RequestAnswer,
  onSigned: (request: ApprovalRequest, title: string) => void,
): Editing {
  const base = signal(answer);
  const key = draftKey(session.me.peek()?.id ?? "", answer.review.id);
  const draft = readDraft(key);
  const { argsSchema, proposal } = answer.request;
  const form = createForm(argsSchema, proposal.args, draft && rebased(draft.base, draft.tree, proposal.args));
  const previewed = signal<Previewed | undefined>(undefined);
  const busy = signal<"checking" | "signing" | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  const mistyped = signal<readonly string[]>([]);
  const comment = signal(draft?.comment ?? "");
  const draftOf = signal(draft && (draft.digest === answer.review.digest ? ("these" as const) : ("earlier" as const)));
  const isKept = signal(true);
  const isSigned = signal(false);
  // This person's own signature is no news to them.
  const turn = computed(() =>
    busy.value === "signing" || isSigned.value ? undefined : turnOf(base.value, opened.outdated.value ?? opened.shown.value ?? answer),
  );

  function signed(request: ApprovalRequest, title: string): void {
    isSigned.value = true;
    dropDraft(key);
    onSigned(request, title);
  }

  /** No answer came, and by now the request tells that it was recorded. */
  function findSigned(): void {
    const now = opened.shown.value;
    if (failure.value === undefined || busy.value !== undefined || !previewed.peek() || !now || isSigned.peek()) return;
    const since = now.request.decisions.slice(base.peek().request.decisions.length);
    if (since.some(({ by, decision }) => by.id === session.me.peek()?.id && decision.type === "edit"))
      signed(now.request, now.review.title);
  }

  async function failed(error: unknown): Promise<void> {
    session.heed(error);
    const issues = issuesOf(error);
    form.complain(issues);
    if (issues.length > 0) previewed.value = undefined;
    else failure.value = error;
    mistyped.value = isApiError(error, "NOT_CONFIRMED") ? error.details.paths : [];
    if (isApiError(error)) await opened.refresh();
  }

  return {
    form,
    base,
    turn,
    previewed,
    busy,
    failure,
    mistyped,
    comment,
    draftOf,
    isKept,
    async preview() {
      if (busy.peek() !== undefined || turn.peek() !== undefined) return false;
      failure.value = undefined;
      const done = finished(form.tree.peek());
      if ("problems" in done) {
        form.complain(done.problems);
        return false;
      }
      form.complain([]);
      busy.value = "checking";
      const of = base.peek();
      const { id, digest } = of.review;
      try {
        const { review } = await client.previewEdit(id, { digest, args: done.args });
        // They go on with other arguments by now.
        if (of !== base.peek()) return false;
        previewed.value = { args: done.args, review, isUnchanged: isSame(done.args, form.base.peek()) };
        return true;
      } catch (error) {
        await failed(error);
        return false;
      } finally {
        busy.value = undefined;
      }
    },
    back() {
      if (busy.peek() === "signing") return;
      previewed.value = undefined;
      failure.value = undefined;
      mistyped.value = [];
    },
    async sign(confirm) {
      const shown = previewed.peek();
      if (!shown || busy.peek() !== undefined || turn.peek() !== undefined) return;
      busy.value = "signing";
      failure.value = undefined;
      mistyped.value = [];
      const { id, digest } = base.peek().review;
      const said = {
        ...(comment.peek().trim() !== "" && { comment: comment.peek() }),
        ...(Object.keys(confirm).length > 0 && { confirm }),
      };
      try {
        const { request } = await client.decide(id, { digest, decision: { type: "edit", args: shown.args, ...said } });
        signed(request, shown.review.title);
      } catch (error) {
        await failed(error);
      } finally {
        busy.value = undefined;
      }
    },
    startOver() {
      form.startFrom(base.peek().request.proposal.args, base.peek().request.proposal.args);
      comment.value = "";
      draftOf.value = undefined;
      dropDraft(key);
    },
    goOn(isEntered) {
      const now = turn.peek()?.answer;
      if (!now) return;
      base.value = now;
      const { args } = now.request.proposal;
      form.startFrom(args, isEntered ? rebased(form.base.peek(), form.tree.peek(), args) : args);
      previewed.value = undefined;
      failure.value = undefined;
    },
    start() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      function keep(): void {
        clearTimeout(timer);
        if (isSigned.peek() || !session.me.peek()) return;
        const { digest } = base.peek().review;
        if (form.isChanged.peek() || comment.peek() !== "")
          isKept.value = keepDraft(key, { digest, base: form.base.peek(), tree: form.tree.peek(), comment: comment.peek() });
        else dropDraft(key);
      }
      addEventListener("pagehide", keep);
      const unwatch = effect(() => {
        void [base.value, form.tree.value, comment.value];
        clearTimeout(timer);
        timer = setTimeout(keep, WAIT);
      });
      const stopFinding = effect(findSigned);
      return () => {
        unwatch();
        stopFinding();
        removeEventListener("pagehide", keep);
        keep();
      };
    },
  };
}

function turnOf(base: RequestAnswer, now: RequestAnswer): Turn | undefined {
  const { edit } = now.review.may;
  if (!edit.allowed) return { type: "over", answer: now, reason: edit.reason };
  return now.review.digest === base.review.digest ? undefined : { type: "changed", answer: now };
}

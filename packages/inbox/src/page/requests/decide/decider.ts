import { signal, type ReadonlySignal } from "@preact/signals";
import type { ApprovalRequest, Decided } from "@countersign/server/client";
import type { App } from "../../app.ts";
import { failureText, isAborted } from "../../look/failure-text.ts";
import { ACTS, type Act } from "./act.ts";
import { createDraft, type Draft } from "./draft.ts";

/** What became of something that this person did here. */
export interface Done {
  readonly id: string;
  readonly title: string;
  /** What happened: `Approved`, `Not approved: no answer came`. */
  readonly text: string;
  readonly isDone: boolean;
}

/** Something that failed, until it is tried again or put away. */
export interface Failed {
  readonly act: Act;
  readonly error: unknown;
  readonly at: number;
}

/** The request that it is about, as it is looked at. */
interface Subject {
  readonly title: string;
  /** Reads it anew, and shows that. */
  refresh(): Promise<void>;
}

/** What somebody is doing about one request. */
export interface Deciding {
  readonly draft: Draft;
  /** One thing at a time: until the server has answered, nothing else is sent. */
  readonly busy: ReadonlySignal<Act | undefined>;
  readonly failed: ReadonlySignal<Failed | undefined>;
  forgive(): void;
  /** Sends it, unless something is under way. */
  run(act: Act, subject: Subject, send: () => Promise<Decided>): Promise<void>;
  /** It is recorded: says so, and goes on. */
  recorded(act: Act, subject: Subject, request: ApprovalRequest): Promise<void>;
}

/** Whatever this person does with requests. What is under way goes on, whatever they look at meanwhile. */
export interface Decider {
  of(id: string): Deciding;
  /** What became of what they did since the page was opened, the last one last. */
  readonly done: ReadonlySignal<readonly Done[]>;
  /** Behind the last thing that they did nothing was left to show. */
  readonly isAtEnd: ReadonlySignal<boolean>;
  /** Was the last step to what waits next? Asked by what is shown there, which then takes the focus: true once. */
  arrive(): boolean;
  /** The ids of what this person has signed: it doesn't wait for them, whatever a list says that was read before. */
  decided(): ReadonlySet<string>;
  /** Several were decided at once. */
  add(done: readonly Done[]): void;
}

interface Going {
  /** Shows what waits next, behind the one with this id. */
  readonly goOn: (id: string) => Promise<void>;
  /** Something happened to it: wherever it is shown, it has to be read. */
  readonly touch: (id: string) => void;
}

export function createDecider(app: App, { goOn, touch }: Going): Decider {
  const all = new Map<string, Deciding>();
  const done = signal<readonly Done[]>([]);
  const isAtEnd = signal(false);
  let goesOn = false;

  function say(one: Done): void {
    touch(one.id);
    done.value = [...done.value, one];
    app.announcer.say(`${one.text}: ${one.title}`);
  }

  function create(id: string): Deciding {
    const draft = createDraft(app.session.me.peek()?.id ?? "", id);
    const busy = signal<Act | undefined>(undefined);
    const failed = signal<Failed | undefined>(undefined);
    const isLookedAt = (): boolean => app.route.place.peek().id === id;

    async function recorded(act: Act, subject: Subject, request: ApprovalRequest): Promise<void> {
      const { title } = subject;
      draft.clear();
      failed.value = undefined;
      const isSigned = act === "approve" || act === "edit" || act === "reject";
      const missing = isSigned && request.status === "pending" ? await missingOf(id) : undefined;
      say({ id, title, isDone: true, text: missing === undefined ? ACTS[act].done : `Signed, ${missing} still missing` });
      if (!isLookedAt()) return;
      if (!isSigned) return subject.refresh();
      goesOn = true;
      await goOn(id);
      isAtEnd.value = app.route.place.peek().id === undefined;
    }

    async function missingOf(of: string): Promise<string> {
      try {
        return (await app.client.getRequest(of)).review.missing || "more";
      } catch {
        return "more signatures";
      }
    }

    return {
      draft,
      busy,
      failed,
      recorded,
      forgive: () => (failed.value = undefined),
      async run(act, subject, send) {
        if (busy.peek() !== undefined) return;
        busy.value = act;
        failed.value = undefined;
        try {
          const { request } = await send();
          await recorded(act, subject, request);
        } catch (error) {
          app.session.heed(error);
          if (isAborted(error)) return;
          failed.value = { act, error, at: Date.now() };
          const { what, next } = failureText(error, "signing");
          if (!isLookedAt()) say({ id, title: subject.title, isDone: false, text: `${ACTS[act].undone}. ${what}` });
          else if (next === "look") await subject.refresh();
        } finally {
          busy.value = undefined;
        }
      },
    };
  }

  return {
    done,
    of(id) {
      const known = all.get(id) ?? create(id);
      all.set(id, known);
      return known;
    },
    isAtEnd,
    arrive() {
      const was = goesOn;
      goesOn = false;
      isAtEnd.value = app.route.place.peek().id === undefined && isAtEnd.peek();
      return was;
    },
    decided: () => new Set(done.peek().flatMap(({ id, isDone }) => (isDone ? [id] : []))),
    add(more) {
      for (const { id } of more) touch(id);
      done.value = [...done.value, ...more];
    },
  };
}

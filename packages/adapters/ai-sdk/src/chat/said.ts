import { turnIdOf } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import type { Refusal } from "../run.ts";
import { asKept, type Said, type Saved } from "../saved.ts";
import { partsOf } from "../turn.ts";
import type { Beside } from "./beside.ts";
import { rewound, saidParts } from "./rewind.ts";

/** What a run is started with: what an application says, or what a page sent. */
export type Input = string | ModelMessage[] | Said;

export interface RunOptions {
  /** What the browser answered to calls of tools without `execute`, by call id. */
  readonly answered?: Readonly<Record<string, unknown>> | undefined;
  readonly route?: Route | undefined;
}

/** The route that a page is told the run through. */
export interface Route {
  /** Takes what the policy refuses. */
  readonly refusals: Refusal[];
  /** What the application added to the answer, once the page was told all of the run. */
  readonly beside: () => Promise<Beside | undefined>;
}

export function isSaid(input: unknown): input is Said {
  return typeof input === "object" && input !== null && "id" in input && "message" in input;
}

/** What the conversation has of this message. `other`: the page replaces what it said by it. */
export function known(saved: Saved, { id, message }: Said): "same" | "other" | undefined {
  const at = heardAt(saved, id);
  const before = saved.kept?.find((said) => said.id === id)?.message ?? (at === undefined ? undefined : saved.messages[at]);
  if (!before) return undefined;
  return turnIdOf(saidParts(before)) === turnIdOf(partsOf(message)) ? "same" : "other";
}

export function hasHeard(saved: Saved, said: Said): boolean {
  return known(saved, said) === "same";
}

function heardAt({ heard = {} }: Saved, id: string): number | undefined {
  const found = Object.entries(heard).findLast(([, said]) => said.id === id);
  return found && Number(found[0]);
}

/** For the model, once what waits has its results: providers refuse a conversation in which calls have none. */
export function keep(saved: Saved, said: Said): Saved {
  const { kept = [] } = saved;
  const isThere = kept.some(({ id }) => id === said.id);
  return { ...saved, kept: isThere ? kept.map((each) => (each.id === said.id ? said : each)) : [...kept, said] };
}

export function isKept({ kept = [] }: Saved, { id }: Said): boolean {
  return kept.some((said) => said.id === id);
}

/** The conversation with what was kept for now. */
export function withKept({ kept = [], ...saved }: Saved): Saved {
  return kept.reduce((before, said) => hear(before, said, true), saved);
}

/** The conversation with what is said now, or said in the place of what was said before. */
export function withInput(saved: Saved, input: Input): Saved {
  if (isSaid(input)) {
    const at = heardAt(saved, input.id);
    return at === undefined ? hear(saved, input, false) : rewound(saved, at, input);
  }
  const messages = typeof input === "string" ? [{ role: "user" as const, content: input }] : input;
  return { ...saved, messages: [...saved.messages, ...asKept(messages)] };
}

function hear({ messages, heard, ...saved }: Saved, { id, message }: Said, meanwhile: boolean): Saved {
  return { ...saved, messages: [...messages, message], heard: { ...heard, [messages.length]: { id, meanwhile } } };
}

import type { ModelMessage } from "ai";
import { asJson, type Said, type Saved } from "../saved.ts";

/** What a run is started with: what an application says, or what a page sent. */
export type Input = string | ModelMessage[] | Said;

/** What the browser answered to calls of tools without `execute`, by call id. */
export interface RunOptions {
  readonly answered?: Readonly<Record<string, unknown>> | undefined;
}

export function isSaid(input: unknown): input is Said {
  return typeof input === "object" && input !== null && "id" in input && "message" in input;
}

export function hasHeard({ heard = {}, kept = [] }: Saved, { id }: Said): boolean {
  return kept.some((said) => said.id === id) || Object.values(heard).some((said) => said.id === id);
}

/** For the model, once what waits has its results: providers refuse a conversation in which calls have none. */
export function keep(saved: Saved, said: Said): Saved {
  return { ...saved, kept: [...(saved.kept ?? []), said] };
}

/** The conversation with what was kept for now. */
export function withKept({ kept = [], ...saved }: Saved): Saved {
  return kept.reduce((before, said) => hear(before, said, true), saved);
}

/** The conversation with what is said now. */
export function withInput(saved: Saved, input: Input): Saved {
  if (isSaid(input)) return hear(saved, input, false);
  const messages = typeof input === "string" ? [{ role: "user" as const, content: input }] : input;
  return { ...saved, messages: asJson([...saved.messages, ...messages]) };
}

function hear({ messages, heard, ...saved }: Saved, { id, message }: Said, meanwhile: boolean): Saved {
  return { ...saved, messages: [...messages, message], heard: { ...heard, [messages.length]: { id, meanwhile } } };
}

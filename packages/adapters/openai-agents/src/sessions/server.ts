import type { AgentInputItem } from "@openai/agents";
import type { KeptServer, Saved, Server } from "../saved.ts";
import { callIdOf, type CallItem, type StateJson } from "../turn.ts";
import { conversationIn } from "./history.ts";
import { answers } from "./pairs.ts";

export function serverIn({ conversationId, previousResponseId }: Server): Server | undefined {
  return conversationId === undefined && previousResponseId === undefined ? undefined : { conversationId, previousResponseId };
}

/** Of a thread whose conversation the provider keeps. */
export function keptServer(saved: Saved | undefined): KeptServer | undefined {
  if (saved?.type !== "stopped") return saved?.server;
  const server = serverIn(JSON.parse(saved.state) as StateJson);
  return server && { ...server, from: saved.from };
}

/** Is it still that conversation, or has the application gone over to another one? */
export function isSame({ conversationId, previousResponseId }: Server, kept: KeptServer): boolean {
  if (conversationId !== undefined) return conversationId === kept.conversationId;
  return previousResponseId === undefined || previousResponseId === kept.from || previousResponseId === kept.previousResponseId;
}

/** Results of the last turn's calls, which wait for the next request of the model. */
export function unsentIn(state: string): AgentInputItem[] {
  const { modelResponses } = JSON.parse(state) as StateJson;
  const calls = new Set((modelResponses.at(-1)?.output ?? []).map((call: CallItem) => callIdOf(call)));
  return conversationIn(state).filter((item) => calls.has(answers(item) ?? ""));
}

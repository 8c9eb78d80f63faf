import type { Surroundings } from "./surroundings.ts";

/** Counted for each attempt at a task, so that a node that is retried or re-entered counts from the start again. */
const counts = new WeakMap<object, Map<string, number>>();

/**
 * Names a call that the application makes by hand inside a node, within its task: the tool, and the how-manieth call of it.
 * Like LangGraph's own interrupts, such calls have to come in the same order whenever the node is re-entered.
 */
export function positionOf({ attempt }: Surroundings, tool: string): string {
  const counted = counts.get(attempt) ?? new Map<string, number>();
  counts.set(attempt, counted);
  const position = counted.get(tool) ?? 0;
  counted.set(tool, position + 1);
  return `${tool}#${position}`;
}

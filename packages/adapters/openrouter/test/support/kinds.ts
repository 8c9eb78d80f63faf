import { Amount } from "@countersign/adapter-tests";
import { definePolicy, type Policy } from "@countersign/core";
import type { Tool } from "@openrouter/agent";
import { openDesk, type Lines } from "./desk.ts";
import { openWorld } from "./world.ts";

/** `pay` waits from 1,000 on, and of the others what is named. */
const asking = (...names: string[]): Policy =>
  definePolicy({
    default: "allow",
    tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000 }, ...Object.fromEntries(names.map((name) => [name, "ask"])) },
  });
export const call = (name: string, id: string = name, args: object = {}) => ({ id, name, args });

export async function worldOf(lines: Lines, tools: readonly Tool[], ...asked: string[]) {
  const desk = openDesk({ policy: asking(...asked) });
  return openWorld(lines, { desk, tools: [desk.pay, ...tools] });
}

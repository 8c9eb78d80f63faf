import type { RequestQuery } from "@countersign/core";
import { Command, type Option } from "commander";
import { atDesk } from "../desk.ts";

/** Asked by the shell, with all words so far; the last one is being typed. */
export function complete(root: Command): Command {
  return new Command("complete").argument("[words...]").action(async (words: readonly string[], _options: object, command: Command) => {
    const { values, wantsRequest } = candidates(root, words.slice(0, -1), words.at(-1) ?? "");
    const ids = wantsRequest ? await idsFor(command, words) : [];
    for (const value of [...values, ...ids]) process.stdout.write(`${value}\n`);
  });
}

/** What may come after these words. */
function candidates(
  root: Command,
  before: readonly string[],
  typed: string,
): { readonly values: readonly string[]; readonly wantsRequest: boolean } {
  let command = root;
  let awaiting: Option | undefined;
  let operands = 0;
  for (const word of before) {
    const option: Option | undefined = word.startsWith("-")
      ? [...command.options, ...root.options].find(({ short, long }) => word === short || word === long)
      : undefined;
    const sub: Command | undefined = awaiting ? undefined : command.commands.find((each) => each.name() === word);
    if (sub) command = sub;
    else if (!awaiting && !word.startsWith("-")) operands++;
    awaiting = option?.required ? option : undefined;
  }
  const starting = (words: readonly string[]): readonly string[] => words.filter((word) => word.startsWith(typed));
  if (awaiting) return { values: starting(awaiting.argChoices ?? []), wantsRequest: awaiting.long === "--request" };
  if (typed.startsWith("-"))
    return { values: starting([command, root].flatMap(({ options }) => options.flatMap(({ long }) => long ?? []))), wantsRequest: false };
  const argument = command.registeredArguments[operands];
  const names = command.commands.map((each) => each.name()).filter((name) => name !== "complete");
  return {
    values: starting([...names, ...(argument?.argChoices ?? [])]),
    wantsRequest: argument?.description.startsWith("the request") ?? false,
  };
}

/** Fewer characters begin the ids of too many that have ended. */
const TELLING = 4;

/**
 * Ids of what waits and, once some of it was typed, of anything that begins so; for `settle`, of what is unknown. Without a
 * store, or with one that doesn't answer, there is nothing to offer.
 */
async function idsFor(command: Command, words: readonly string[]): Promise<readonly string[]> {
  const typed = (words.at(-1) ?? "").toLowerCase();
  if (!/^[0-9a-f]*$/.test(typed)) return [];
  const beginning: RequestQuery = typed === "" ? {} : { idPrefix: typed };
  const states = words.includes("settle") ? ({ execution: "unknown" } as const) : ({ status: "pending" } as const);
  const query = typed.length >= TELLING && !words.includes("settle") ? beginning : { ...beginning, ...states };
  const ids: string[] = [];
  try {
    await atDesk(command, async ({ gate }) => void ids.push(...(await gate.list(query)).items.map(({ id }) => id)));
  } catch {
    return [];
  }
  return ids;
}

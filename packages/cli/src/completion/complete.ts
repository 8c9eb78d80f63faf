import { Command, type Option } from "commander";
import { atDesk } from "../desk.ts";

/** Asked by the shell, with all words so far; the last one is being typed. */
export function complete(root: Command): Command {
  return new Command("complete").argument("[words...]").action(async (words: readonly string[], _options: object, command: Command) => {
    const { values, wantsRequest } = candidates(root, words.slice(0, -1), words.at(-1) ?? "");
    const ids = wantsRequest ? await pendingIds(command) : [];
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

/** Without a store, or with one that doesn't answer, there is nothing to offer. */
async function pendingIds(command: Command): Promise<readonly string[]> {
  const ids: string[] = [];
  try {
    await atDesk(command, async ({ gate }) => {
      const { items } = await gate.list({ status: "pending" });
      ids.push(...items.map(({ id }) => id));
    });
  } catch {
    return [];
  }
  return ids;
}

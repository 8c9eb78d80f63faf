import { Command } from "commander";
import { usage } from "./failure.ts";
import { several } from "./settings/several.ts";

type Load = () => Promise<() => Command>;

/** Every command, by its name. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  "To decide:": {
    inbox: async () => (await import("./inbox/inbox.ts")).inbox,
    list: async () => (await import("./reviewers/list.ts")).list,
    show: async () => (await import("./reviewers/show.ts")).show,
    approve: async () => (await import("./reviewers/approve.ts")).approve,
    edit: async () => (await import("./reviewers/edit.ts")).edit,
    reject: async () => (await import("./reviewers/reject.ts")).reject,
    wait: async () => (await import("./reviewers/wait.ts")).wait,
    history: async () => (await import("./reviewers/history.ts")).history,
  },
  "To operate:": {
    settle: async () => (await import("./operators/settle.ts")).settle,
    cancel: async () => (await import("./operators/cancel.ts")).cancel,
    freeze: async () => (await import("./operators/freeze.ts")).freeze,
    freezes: async () => (await import("./operators/freeze.ts")).freezes,
    lift: async () => (await import("./operators/freeze.ts")).lift,
    grants: async () => (await import("./operators/grants.ts")).grants,
    verify: async () => (await import("./operators/verify.ts")).verify,
    audit: async () => (await import("./operators/audit.ts")).audit,
    purge: async () => (await import("./operators/purge.ts")).purge,
    migrate: async () => (await import("./operators/migrate.ts")).migrate,
    doctor: async () => (await import("./doctor/doctor.ts")).doctor,
    worker: async () => (await import("./operators/worker.ts")).worker,
    serve: async () => (await import("./server/serve.ts")).serve,
    key: async () => (await import("./operators/key.ts")).key,
  },
  "To write policies:": { policy: async () => (await import("./authors/policy.ts")).policy },
  "Shell:": { completion: async () => (await import("./completion/completion.ts")).completion },
};

const EPILOGUE = `
Who signs:  COUNTERSIGN_AS=alice COUNTERSIGN_ROLES=finance,ops, or identity in ~/.config/countersign/config.json. No default.
Store:      --store, COUNTERSIGN_STORE, or store in ./countersign.json. --store-module for a store of your own.
Ends with:  0 done, 1 no, 2 wrong call, 3 refused, 4 store trouble, 5 nobody decided in time. --json makes errors JSON too.
`;

/**
 * The program, with the command that is named. Without one, or with any other name: with all of them, to tell what there
 * is. Nothing is opened, and nothing is printed.
 */
export async function program(version: string, argv: readonly string[]): Promise<Command> {
  const root = new Command("countersign")
    .description("Your agent proposes. A person signs. It runs once.")
    .version(version, "-V, --version")
    .option("--json", "results as JSON, one value a line")
    .option("--store <address>", "a SQLite file, or a postgres:// URL")
    .option("--store-module <module>", "a JavaScript or TypeScript module, or package, that has the store; it gets the address")
    .option("--tenant <name>", 'whose records (default: "default")')
    .addHelpCommand(new Command("help").argument("[command]").description("what a command does").helpGroup("Shell:"))
    .addHelpText("after", EPILOGUE);
  const name = commandIn(argv);
  const isOne = Object.values(GROUPS).some((commands) => Object.hasOwn(commands, name));
  for (const [group, commands] of Object.entries(GROUPS)) {
    for (const [each, load] of Object.entries(commands)) {
      if (!isOne || each === name) root.addCommand((await load())().helpGroup(group));
    }
  }
  if (name === "complete") root.addCommand((await import("./completion/complete.ts")).complete(root), { hidden: true });
  return quietly(root);
}

/** The first word that is neither an option nor the value of one. */
function commandIn(argv: readonly string[]): string {
  return argv.find((word, index) => !word.startsWith("-") && !TAKES_VALUE.has(argv[index - 1] ?? "")) ?? "";
}

const TAKES_VALUE: ReadonlySet<string> = new Set(["--store", "--store-module", "--tenant"]);

/** Errors are thrown to whoever runs it: there they are said once, in one line. */
function quietly(command: Command): Command {
  command.configureHelp({ showGlobalOptions: true }).exitOverride();
  command.configureOutput({ writeErr: (help) => void process.stdout.write(help), outputError: () => {} });
  once(command);
  for (const sub of command.commands) quietly(sub);
  return command;
}

/** Of an option that is written twice one would be passed over: whoever froze two tools would have frozen the last one alone. */
function once(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.parseArg === several) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) throw usage(`${option.long} is here twice, and only one of them would count. Write it once.`);
      isGiven = true;
    });
  }
}

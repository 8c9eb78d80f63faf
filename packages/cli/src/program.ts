import { Command, Option } from "commander";
import { policy } from "./authors/policy.ts";
import { complete } from "./completion/complete.ts";
import { completion } from "./completion/completion.ts";
import { doctor } from "./doctor/doctor.ts";
import { inbox } from "./inbox/inbox.ts";
import { audit } from "./operators/audit.ts";
import { cancel } from "./operators/cancel.ts";
import { freeze, freezes, lift } from "./operators/freeze.ts";
import { grants } from "./operators/grants.ts";
import { migrate } from "./operators/migrate.ts";
import { purge } from "./operators/purge.ts";
import { settle } from "./operators/settle.ts";
import { verify } from "./operators/verify.ts";
import { worker } from "./operators/worker.ts";
import { approve } from "./reviewers/approve.ts";
import { edit } from "./reviewers/edit.ts";
import { history } from "./reviewers/history.ts";
import { list } from "./reviewers/list.ts";
import { reject } from "./reviewers/reject.ts";
import { show } from "./reviewers/show.ts";
import { wait } from "./reviewers/wait.ts";

const GROUPS: Readonly<Record<string, readonly (() => Command)[]>> = {
  "To decide:": [inbox, list, show, approve, edit, reject, wait, history],
  "To operate:": [settle, cancel, freeze, freezes, lift, grants, verify, audit, purge, migrate, doctor, worker],
  "To write policies:": [policy],
  "Shell:": [completion],
};

const EPILOGUE = `
Who signs:  COUNTERSIGN_AS=alice COUNTERSIGN_ROLES=finance,ops, or identity in ~/.config/countersign/config.json. No default.
Store:      --store, COUNTERSIGN_STORE, or store in ./countersign.json.
Ends with:  0 done, 1 no, 2 wrong call, 3 refused, 4 store trouble, 5 nobody decided in time. --json makes errors JSON too.
`;

/** All commands. Nothing is opened, and nothing is printed. */
export function program(version: string): Command {
  const root = new Command("countersign")
    .description("Your agent proposes. A person signs. It runs once.")
    .version(version, "-V, --version")
    .addHelpText("after", EPILOGUE);
  for (const [group, commands] of Object.entries(GROUPS)) for (const make of commands) root.addCommand(make().helpGroup(group));
  for (const command of leavesOf(root)) withGlobals(command);
  root.addCommand(complete(root), { hidden: true });
  return quietly(root);
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** On each command, so that its help names them and they may stand anywhere. */
function withGlobals(command: Command): void {
  if (command.name() === "completion") return;
  command
    .addOption(new Option("--json", "results as JSON, one value a line").helpGroup("Everywhere:"))
    .addOption(new Option("--store <address>", "a SQLite file, or a postgres:// URL").helpGroup("Everywhere:"))
    .addOption(new Option("--tenant <name>", 'whose records (default: "default")').helpGroup("Everywhere:"));
}

/** Errors are thrown to whoever runs it: there they are said once, in one line. */
function quietly(command: Command): Command {
  command.exitOverride().configureOutput({ writeErr: (help) => void process.stdout.write(help), outputError: () => {} });
  for (const sub of command.commands) quietly(sub);
  return command;
}

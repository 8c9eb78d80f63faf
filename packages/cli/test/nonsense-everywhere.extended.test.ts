// Every command with nonsense: one clear line that says what to do, and an exit code; never a stack trace, never a change.
import { describe } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { typing, type Case } from "./support/nonsense.ts";

await bundleCommand();

const NOBODY = { COUNTERSIGN_AS: "" };
const DIGEST = ["--digest", "0".repeat(64)];
const CASES: readonly Case[] = [
  [["list", "--nonsense"], 2, "There is no option --nonsense here."],
  [["list", "--after", "nonsense"], 2, "not a cursor"],
  [["list", "--count", "--watch"], 2, "exclude each other"],
  [["list", "--mine"], 2, "set COUNTERSIGN_AS=<your id> as well", NOBODY],
  [["list", "--store", "no-such.db"], 2, "There is no file no-such.db"],
  [["list", "--store", "folder"], 2, "is a folder"],
  [["show", ""], 2, "The id of the request is missing"],
  [["lift", ""], 2, "The id of the freeze is missing"],
  [["show", "x\nforged"], 3, "There is no request x\\u{a}forged"],
  [["show", "a", "b"], 2, "This command takes 1 argument, and got 2: a, b."],
  [["approve", "x", ...DIGEST], 3, "There is no request x"],
  [["approve", "x"], 3, "There is no request x"],
  [["approve", "x", "--for", "1h"], 2, "--remember"],
  [["edit", "x", ...DIGEST], 2, "Give --args as well"],
  [["edit", "x", "--args", "@no-such.json"], 2, "There is no file no-such.json."],
  [["reject", "x", "--then", "panic"], 2, `--then can't be "panic". It can be`],
  [["wait", "x"], 3, "There is no request x"],
  [["wait", "x", "--timeout", "soon"], 2, "90s, 15m"],
  [["history", "x"], 3, "There is no request x"],
  [["settle", "x"], 2, "--executed"],
  [["settle", "x", "--executed", "nonsense"], 2, "is not JSON"],
  [["settle", "x", "--executed", "12345678901234567890"], 2, "--executed can't be taken: A number keeps about 16 digits"],
  [["settle", "x", "--retry"], 3, "There is no request x"],
  [["settle", "x", "--retry", "--failed", "no such payment"], 2, "--failed"],
  [["settle", "x", "--failed", ""], 2, "Say why: --failed <reason>."],
  [["cancel", "x"], 2, "Give --reason <text> as well."],
  [["freeze", "--everything", "--tool", "x", "--reason", "x"], 2, "Freeze what?"],
  [["lift", "x"], 3, "countersign freezes"],
  [["grants", "nonsense"], 2, "This command takes 0 arguments"],
  [["grants", "revoke", "x"], 3, "countersign grants"],
  [["audit", "nonsense"], 2, "There is no command nonsense."],
  [["audit", "verify"], 2, "<file> is missing."],
  [["audit", "verify", "no-such.ndjson"], 2, "There is no file no-such.ndjson."],
  [["audit", "verify", "folder"], 2, "folder is a folder. Name a file."],
  [["verify", "--against", "no-such.ndjson"], 2, "There is no file no-such.ndjson."],
  [["verify", "--against"], 2, "Give a value: --against"],
  [["purge", "--older-than", "-3d"], 2, "90s, 15m"],
  [["purge", "--older-than", "23h"], 2, "less than a day. Write 1d or more, or add --force"],
  [["purge", "--older-than", "90d", "--yes"], 2, "Who signs?", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["freeze", "--everything", "--reason", "x"], 2, "Add --yes"],
  [["list", "--store-module", "no-such-package"], 2, "no package of that name is installed here"],
  [["list", "--store-module", "./no-such.mjs"], 2, "There is no file ./no-such.mjs."],
  [["list", "--store-module", "empty.mjs"], 2, "empty.mjs exports no store. Export one"],
  [["migrate", "--store", "foreign.db"], 4, "not a Countersign store"],
  [["migrate", "--store", "no/such/folder/x.db"], 4, "/no/such/folder. Make it first."],
  [["worker", "empty.mjs", "--store", "x"], 2, "leave --store, --store-module and --tenant out"],
  [["worker", "throws.mjs"], 2, "boom"],
  [["policy", "nonsense"], 2, "There is no command nonsense."],
  [["policy", "lint", "no-such.yaml"], 2, "There is no file no-such.yaml."],
  [["policy", "test", "good.yaml", "cases.yaml"], 1, "cases.yaml:1"],
  [["policy", "explain", "good.yaml"], 2, "Which call?"],
  [["policy", "explain", "good.yaml", "--request", "x"], 3, "There is no request x"],
  [["policy", "coverage", "good.yaml"], 2, "Which tools?"],
  [["policy", "simulate", "broken.yaml"], 1, "broken.yaml:2"],
  [["policy", "simulate", "good.yaml", "--samples", "samples.ndjson"], 2, "samples.ndjson:1"],
  [["completion", "tcsh"], 2, "It can be bash, zsh, fish."],
];

describe("nonsense", () => {
  const typed = typing();
  typed.answers(CASES);
  typed.hasChangedNothing();
});

// Nonsense of every kind: one clear line that says what to do, and an exit code; never a stack trace, never a change.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { typing, type Case } from "./support/nonsense.ts";

await bundleCommand();

const ANSI = "\u001b[31mred\u202e";
const NOBODY = { COUNTERSIGN_AS: "" };
const DIGEST = ["--digest", "0".repeat(64)];
/** One of each kind. Those of every command are in the longer run. */
const CASES: readonly Case[] = [
  [["nonsense"], 2, "There is no command nonsense. countersign --help lists them."],
  [["aprove", "x"], 2, "Did you mean approve?"],
  [["list", "--stauts", "pending"], 2, "There is no option --stauts here. Did you mean --status?"],
  [["list", "--status", "maybe"], 2, `--status can't be "maybe". It can be pending`],
  [["list", "--mine"], 2, "Set COUNTERSIGN_AS", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["list"], 2, "Which store?", { COUNTERSIGN_STORE: "" }],
  [["list", "--store", "foreign.db"], 4, "not a Countersign store"],
  [["list", "--count", "--store", "empty.db"], 2, "empty.db is empty. Check the name, or restore a backup."],
  [["list", "--store", "postgres://u:secret@127.0.0.1:1/x"], 4, "did not answer"],
  [["show"], 2, "<id> is missing."],
  [["show", ANSI], 3, "There is no request \\u{1b}[31mred\\u{202e}"],
  [["approve", "x", ...DIGEST], 2, "Who signs?", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["edit", "x", "--args", "{"], 2, "is not JSON"],
  [["edit", "x", "--args", '{"amount": 1, "amount": 2}'], 2, "--args can't be taken: amount: this name stands twice in one object"],
  [["edit", "x", "--args", '{"to": [{"amount": 9007199254740993}]}'], 2, "to[1].amount: A number keeps about 16 digits"],
  [["inbox"], 2, "needs a terminal"],
  [["freeze", "--reason", "x"], 2, "Freeze what?"],
  [["freeze", "--tool", "a", "--tool", "b", "--reason", "x", "--yes"], 2, "--tool is here twice"],
  [["list", "--store", "a.db", "--store", "b.db"], 2, "--store is here twice"],
  [["audit", "query", "--since", "yesterday"], 2, "24h or 30d"],
  [["audit", "export", "--out", "no/such/folder/x"], 2, "can't be written"],
  [["purge", "--older-than", "90d"], 2, "There is no terminal to ask in, and nothing was changed. Add --yes"],
  [["list"], 2, "boom", { COUNTERSIGN_STORE_MODULE: "throws.mjs" }],
  [["worker", "empty.mjs"], 2, "exports no runner"],
  [["policy", "lint", "empty.mjs"], 2, "exports no policy"],
  [["policy", "test", "broken.yaml", "cases.yaml"], 1, "broken.yaml:2"],
];

describe("nonsense", () => {
  const typed = typing();
  typed.answers(CASES);

  it("is an error in JSON where JSON is asked for", async () => {
    const { code, stdout, stderr } = await typed.office().run(["show", "x", "--json"]);
    expect([code, stdout]).toEqual([3, ""]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "REQUEST_NOT_FOUND", details: { id: "x" } } });
  });

  it.each([
    ["{", "countersign.json is not JSON"],
    ['{"stoer": "x"}', "There is no setting stoer. Did you mean store?"],
    ['{"people": ["alice"]}', 'people.0 can\'t be used. Write "people": [{"id": "alice", "roles": ["finance"]}].'],
    ["[]", "The file is a JSON object"],
    ['{"people": "nobody.yaml"}', "There is no file of people"],
    ['{"identity": {"id": "alice"}}', "has an identity, which would sign for everybody"],
  ])("in a project's file: %s", async (text, says) => {
    const cwd = join(typed.office().home, "folder");
    writeFileSync(join(cwd, "countersign.json"), text);
    const { code, stderr } = await typed.office().run(["list"], { cwd });
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  typed.hasChangedNothing();
});

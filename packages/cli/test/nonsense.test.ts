// Every command with nonsense: one clear line that says what to do, and an exit code; never a stack trace, never a change.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";

await bundleCommand();

let office: Office;
let before: readonly AuditEvent[];
const events = async (): Promise<readonly AuditEvent[]> => (await office.store.listEvents("default", undefined, 1_000)).events;

beforeAll(async () => {
  office = await officeOn("sqlite");
  await office.asked();
  before = await events();
  const files = {
    "broken.yaml": "version: 1\ntools: { a: maybe }\n",
    "good.yaml": "version: 1\ntools: { a: ask }\n",
    "cases.yaml": "- nonsense\n",
    "empty.mjs": "export const nothing = 1;\n",
    "throws.mjs": "throw new Error('boom');\n",
    "foreign.db": "not a database at all, but a text that is long enough to look like one\n".repeat(100),
    "samples.ndjson": "{}\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(office.home, name), text);
  mkdirSync(join(office.home, "folder"));
});
afterAll(() => office.close());

const ANSI = "\u001b[31mred\u202e";
const NOBODY = { COUNTERSIGN_AS: "" };
const DIGEST = ["--digest", "0".repeat(64)];
/** What is typed, what it ends with, and what the line says. */
const CASES: readonly (readonly [args: readonly string[], code: number, says: string, env?: Readonly<Record<string, string>>])[] = [
  [["nonsense"], 2, "There is no command nonsense. countersign --help lists them."],
  [["aprove", "x"], 2, "Did you mean approve?"],
  [["list", "--nonsense"], 2, "There is no option --nonsense here."],
  [["list", "--stauts", "pending"], 2, "There is no option --stauts here. Did you mean --status?"],
  [["list", "--status", "maybe"], 2, `--status can't be "maybe". It can be pending`],
  [["list", "--after", "nonsense"], 2, "not a cursor"],
  [["list", "--mine"], 2, "Set COUNTERSIGN_AS", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["list", "--mine"], 2, "set COUNTERSIGN_AS=<your id> as well", NOBODY],
  [["list"], 2, "Which store?", { COUNTERSIGN_STORE: "" }],
  [["list", "--store", "no-such.db"], 2, "There is no file no-such.db"],
  [["list", "--store", "folder"], 2, "is a folder"],
  [["list", "--store", "foreign.db"], 4, "not a Countersign store"],
  [["list", "--store", "postgres://u:secret@127.0.0.1:1/x"], 4, "did not answer"],
  [["show"], 2, "<id> is missing."],
  [["show", ""], 2, "The id of the request is missing"],
  [["lift", ""], 2, "The id of the freeze is missing"],
  [["show", "x\nforged"], 3, "There is no request x\\u{a}forged"],
  [["show", ANSI], 3, "There is no request \\u{1b}[31mred\\u{202e}"],
  [["show", "a", "b"], 2, "This command takes 1 argument, and got 2: a, b."],
  [["approve", "x", ...DIGEST], 3, "There is no request x"],
  [["approve", "x"], 3, "There is no request x"],
  [["approve", "x", ...DIGEST], 2, "Who signs?", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["approve", "x", "--for", "1h"], 2, "--remember"],
  [["edit", "x", ...DIGEST], 2, "Give --args as well"],
  [["edit", "x", "--args", "{"], 2, "is not JSON"],
  [["edit", "x", "--args", "@no-such.json"], 2, "There is no file no-such.json."],
  [["reject", "x", "--then", "panic"], 2, `--then can't be "panic". It can be`],
  [["wait", "x"], 3, "There is no request x"],
  [["wait", "x", "--timeout", "soon"], 2, "90s, 15m"],
  [["history", "x"], 3, "There is no request x"],
  [["inbox"], 2, "needs a terminal"],
  [["settle", "x"], 2, "--executed"],
  [["settle", "x", "--executed", "nonsense"], 2, "is not JSON"],
  [["settle", "x", "--retry"], 3, "There is no request x"],
  [["settle", "x", "--retry", "--failed", "no such payment"], 2, "--failed"],
  [["settle", "x", "--failed", ""], 2, "Say why: --failed <reason>."],
  [["cancel", "x"], 2, "Give --reason <text> as well."],
  [["freeze", "--reason", "x"], 2, "Freeze what?"],
  [["freeze", "--everything", "--tool", "x", "--reason", "x"], 2, "Freeze what?"],
  [["lift", "x"], 3, "countersign freezes"],
  [["grants", "nonsense"], 2, "This command takes 0 arguments"],
  [["grants", "revoke", "x"], 3, "countersign grants"],
  [["audit", "nonsense"], 2, "There is no command nonsense."],
  [["audit", "query", "--since", "yesterday"], 2, "24h or 30d"],
  [["audit", "export", "--out", "no/such/folder/x"], 2, "can't be written"],
  [["audit", "verify"], 2, "<file> is missing."],
  [["audit", "verify", "no-such.ndjson"], 2, "There is no file no-such.ndjson."],
  [["audit", "verify", "folder"], 2, "folder is a folder. Name a file."],
  [["verify", "--against", "no-such.ndjson"], 2, "There is no file no-such.ndjson."],
  [["verify", "--against"], 2, "Give a value: --against"],
  [["purge", "--older-than", "-3d"], 2, "90s, 15m"],
  [["purge", "--older-than", "23h"], 2, "less than a day. Write 1d or more, or add --force"],
  [["purge", "--older-than", "90d", "--yes"], 2, "Who signs?", { ...NOBODY, COUNTERSIGN_ROLES: "" }],
  [["purge", "--older-than", "90d"], 2, "There is no terminal to ask in, and nothing was changed. Add --yes"],
  [["freeze", "--everything", "--reason", "x"], 2, "Add --yes"],
  [["list", "--store-module", "no-such-package"], 2, "no package of that name is installed here"],
  [["list", "--store-module", "./no-such.mjs"], 2, "There is no file ./no-such.mjs."],
  [["list", "--store-module", "empty.mjs"], 2, "empty.mjs exports no store. Export one"],
  [["list"], 2, "boom", { COUNTERSIGN_STORE_MODULE: "throws.mjs" }],
  [["migrate", "--store", "foreign.db"], 4, "not a Countersign store"],
  [["migrate", "--store", "no/such/folder/x.db"], 4, "/no/such/folder. Make it first."],
  [["worker", "empty.mjs"], 2, "exports no runner"],
  [["worker", "empty.mjs", "--store", "x"], 2, "leave --store, --store-module and --tenant out"],
  [["worker", "throws.mjs"], 2, "boom"],
  [["policy", "nonsense"], 2, "There is no command nonsense."],
  [["policy", "lint", "no-such.yaml"], 2, "There is no file no-such.yaml."],
  [["policy", "lint", "empty.mjs"], 2, "exports no policy"],
  [["policy", "test", "broken.yaml", "cases.yaml"], 1, "broken.yaml:2"],
  [["policy", "test", "good.yaml", "cases.yaml"], 1, "cases.yaml:1"],
  [["policy", "explain", "good.yaml"], 2, "Which call?"],
  [["policy", "explain", "good.yaml", "--request", "x"], 3, "There is no request x"],
  [["policy", "coverage", "good.yaml"], 2, "Which tools?"],
  [["policy", "simulate", "broken.yaml"], 1, "broken.yaml:2"],
  [["policy", "simulate", "good.yaml", "--samples", "samples.ndjson"], 2, "samples.ndjson:1"],
  [["completion", "tcsh"], 2, "It can be bash, zsh, fish."],
];

describe("nonsense", () => {
  it.concurrent.each(CASES.map(([args, code, says, env = {}]) => ({ args, code, says, env })))(
    "$args",
    async ({ args, code, says, env }) => {
      const ended = await office.run(args, { env });
      expect(ended.stdout).toBe("");
      expect(ended.stderr).toContain(says);
      expect(ended.stderr).toMatch(/^countersign: /);
      expect(ended.stderr).not.toContain("\u001b");
      expect(ended.stderr).not.toContain("secret");
      expect(ended.stderr).not.toMatch(/^ +at /m);
      // A policy's mistakes are a line each.
      if (code !== 1) expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(ended.code).toBe(code);
    },
  );

  it("is an error in JSON where JSON is asked for", async () => {
    const { code, stdout, stderr } = await office.run(["show", "x", "--json"]);
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
    const cwd = join(office.home, "folder");
    writeFileSync(join(cwd, "countersign.json"), text);
    const { code, stderr } = await office.run(["list"], { cwd });
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });

  it("has changed nothing", async () => {
    expect(await events()).toEqual(before);
  });
});

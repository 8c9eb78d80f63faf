import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../src/cli/main.ts";
import { harnessUrl } from "./store-mutants/harness.ts";

const MINI = fileURLToPath(new URL("./mini.harness.ts", import.meta.url));
/** Fails `store.events.order` and `store.events.position`, or one of them. */
const BROKEN = harnessUrl("position-one-behind");
let home = "";

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "countersign-cli-"));
  mkdirSync(join(home, "node_modules"));
  mkdirSync(join(home, "cjs"));
  file("cjs/package.json", '{ "type": "commonjs" }');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  vi.spyOn(process, "cwd").mockReturnValue(home);
});

async function command(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const said = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((said.err += String(text)), true));
  const code = await main(args);
  return { ...said, code };
}

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return join(home, name);
}

describe("which cases", () => {
  it("a beginning of ids is a group", async () => {
    const { out } = await command(MINI, "--case", "check.", "--case", "reject.re", "--list");
    const ids = out.split("\n").filter((line) => /^[a-z]/.test(line));
    expect(ids.map((line) => line.split(" ")[0])).toEqual(expect.arrayContaining(["check.edited", "check.edited-well", "reject.revise"]));
    expect(ids.every((line) => /^(check|reject)\./.test(line))).toBe(true);
    expect(out).toContain("    guards against: The check sees the model's payee");
  });

  it("--bail begins no further one, --failed tries those again", async () => {
    const first = await command(BROKEN, "--case", "store.events.", "--case", "store.commit.", "--concurrency", "1", "--bail");
    expect(first.code).toBe(1);
    expect(first.err).toContain("--bail: the other cases were not tried.");
    expect(first.err).not.toContain("store.commit.");
    expect(first.err).toContain(join(home, "node_modules/.cache/countersign-conformance/"));
    const [, failed = ""] = /^Failed: (.*)$/m.exec(first.err) ?? [];
    const again = await command(BROKEN, "--failed");
    expect(again.err).toContain("1 failed the last time");
    expect(again.err).toContain(`1/1 ✗ ${failed}`);
    // What is tried and kept is forgotten, and nothing else is.
    expect((await command(BROKEN, "--case", "store.commit.writes")).err).toContain(`Failed: ${failed}`);
  });

  it("--failed leaves out what only another version of the suite has", async () => {
    const { err } = await command(BROKEN, "--case", "store.events.position");
    const [, path = ""] = /\(kept in (.*)\)/.exec(err) ?? [];
    writeFileSync(path, JSON.stringify({ failed: ["store.events.renamed", "store.events.position"] }));
    const again = await command(BROKEN, "--failed");
    expect(again.err).toMatch(/^1 failed the last time/);
    expect(again.err).toContain("\nFailed: store.events.position\n");
  });

  it("--bail goes on behind a framework alone, which may break promises", async () => {
    const members = 'framework: "x", version: "1", open() { throw new Error("no"); }';
    const native = file("native.mjs", `export default { ${members}, follows: "", capabilities: { durable: true } };`);
    const adapter = file("adapter.mjs", `export default { ${members}, capabilities: {} };`);
    const { code, err } = await command(native, adapter, "--case", "once.approve", "--bail");
    expect(err).toContain("1/1 ✗ once.approve");
    expect(err).toContain("1/1 – once.approve");
    expect(code).toBe(0);
  });

  it("--failed with nothing that failed says so, and what it looked at", async () => {
    const sound = harnessUrl("");
    const before = await command(sound, "--failed");
    expect(before).toMatchObject({ code: 2, err: expect.stringMatching(/^No case of .* was tried here so far \(.* is not there\)/) });
    await command(sound, "--case", "store.commit.writes");
    const after = await command(sound, "--failed");
    expect(after).toMatchObject({ code: 0, err: expect.stringContaining("None failed the last time") });
  });
});

describe("a wrong call", () => {
  it.each([
    [["--case", "once.aprove"], "There is no case `once.aprove`. Did you mean `once.approve`?"],
    [["--case", "onse.approve"], "There is no case `onse.approve`. Did you mean `once.approve`?"],
    [["--case", "unsigned.pauses"], "There is no case `unsigned.pauses`. Did you mean `unsigned.large-pauses`?"],
    [["--case", "kil."], "There is no case `kil.`. Did you mean `kill.`?"],
    [["--case", "approve"], "There is no case `approve`. Did you mean `once.approve` or `mask.approve`?"],
    [["--case", "zzz"], "There is no case `zzz`. The groups are `unsigned.`"],
    [["--bial"], "There is no option --bial."],
    [["--sead", "1"], "There is no option --sead. Did you mean --seed?"],
    [["--seed"], "--seed needs a value."],
    [["--bail=2"], "--bail takes no value."],
    [["--failed", "--case", "once.approve"], "--failed and --case both choose the cases."],
    [["--bail", "--markdown", "a.md"], "--bail leaves cases untried, and a matrix needs all of them."],
    [["--store", MINI], "is the harness of an adapter. The option `store` names a store's."],
  ])("%s", async (options, message) => {
    const { code, err } = await command(MINI, ...options);
    expect(err).toContain(message);
    expect(code).toBe(2);
    expect(err).not.toContain("countersign)");
  });
});

describe("a harness that is none", () => {
  it.each<readonly [string, string, string, string]>([
    ["a name that is misspelt", "right.harness.mjs", "export default {};", "Did you mean right.harness.mjs?"],
    ["a package that is not installed", "a.mjs", 'import "langchainz";', "Cannot find package 'langchainz'"],
    ["an import without extension", "b.mjs", 'import "./a";', "Imports of files need their extension, such as ./adapter.ts."],
    ["a module that throws", "c.mjs", '\nthrow new Error("no database");', "Error: no database (file://"],
    [
      "an import, read as CommonJS",
      "cjs/i.ts",
      'import "node:fs";',
      "Its package.json says that it is CommonJS. Run `npm pkg set type=module`, or name it .mts.",
    ],
    ["an export, read as CommonJS", "cjs/j.js", "export default {};", "or name it .mjs."],
    ["no default export", "d.mjs", "export const harness = {};", "d.mjs has no default export. It exports harness."],
    ["a store's harness in part", "e.mjs", "export default { durable: true, open() {} };", "Of a store's harness: `shared` is missing."],
    [
      "an adapter's harness in part",
      "f.mjs",
      'export default { framework: "x" };',
      "`version` is missing, `capabilities` is missing, `open` is missing",
    ],
    ["something else", "g.mjs", "export default {};", "An adapter's harness has framework, version, capabilities and open()"],
    [
      "a capability that there isn't",
      "h.mjs",
      'export default { framework: "x", version: "1", capabilities: { edits: true, streaming: 1 }, open() {} };',
      "There is no capability `edits`. Did you mean `edit`? The capability `streaming` is true or false, not 1.",
    ],
  ])("%s", async (what, name, text, message) => {
    const path = file(name, text);
    const { code, err } = await command(what === "a name that is misspelt" ? path.replace("right", "rigth") : path);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

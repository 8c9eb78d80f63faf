// The command as somebody outside this workspace gets it: from the packed tarball, with npm, without vitest.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packAll, ROOT } from "@countersign/packed";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
let home = "";

/** The command as `npx` finds it there. Answers what it printed and its exit code. */
async function command(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const bin = join(home, "node_modules/.bin/countersign-conformance");
  return run(bin, [...args], { cwd: home }).then(
    ({ stdout, stderr }) => ({ out: stdout, err: stderr, code: 0 }),
    (error: unknown) => {
      const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
      return { out: stdout, err: stderr, code };
    },
  );
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "countersign-packed-"));
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "somebody-elses-adapter", private: true, type: "module" }));
  const tarballs = packAll(home);
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", [...install, ...["core", "conformance"].map((name) => tarballs[`@countersign/${name}`] ?? "")], { cwd: home });
  cpSync(join(ROOT, "examples/write-an-adapter"), join(home, "adapter"), { recursive: true });
  writeFileSync(
    join(home, "adapter/broken.harness.ts"),
    `import sound from "./adapter.harness.ts";
export default { ...sound, open: async (scenario, gate, dir) => {
  const opened = await sound.open(scenario, gate, dir);
  const start = async (threadId) => { for (const tool of scenario.tools) await tool.effect({ amount: 4200, to: "Acme Corp" }); return opened.runner.start(threadId, "go"); };
  return { ...opened, runner: { ...opened.runner, start } };
} };
`,
  );
}, 180_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("the packed command", () => {
  it("tries a case and a seed, writes JSON and Markdown, and exits with 0", async () => {
    const { err, code } = await command(
      "./adapter/adapter.harness.ts",
      "--case",
      "once.approve",
      "--seed",
      "4711",
      "--json",
      "report.json",
      "--markdown",
      "report.md",
    );
    expect(err).toContain("generated.seed-4711");
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(join(home, "report.json"), "utf8"))).toEqual({
      cases: 2,
      results: [
        {
          framework: "little loop",
          version: "1.0.0",
          kind: "countersign",
          passed: 2,
          failed: 0,
          absent: 0,
          cases: { "once.approve": "passed", "generated.seed-4711": "passed" },
        },
      ],
    });
    expect(readFileSync(join(home, "report.md"), "utf8")).toMatch(/`once\.approve` .*\| ✓ \|/);
  });

  it("says what is absent, and that it has not passed", async () => {
    const { out } = await command("./adapter/adapter.harness.ts", "--case", "stream.pauses", "--json", "-");
    expect(JSON.parse(out)).toMatchObject({ results: [{ passed: 0, absent: 1, cases: { "stream.pauses": "absent" } }] });
  });

  it("exits with 1 when a promise is broken", async () => {
    const { code, err } = await command("./adapter/broken.harness.ts", "--case", "unsigned.large-pauses");
    expect(code).toBe(1);
    // Whoever has the package alone reads what the case does, and what it guards against.
    expect(err).toMatch(/guards: +\S/);
    expect(err).toMatch(/adapter-suite\/(cases\/\S+|oracle)\.ts:\d+\n +\d+ \| /);
    expect(err).toContain("Again: npx countersign-conformance ./adapter/broken.harness.ts --case unsigned.large-pauses");
  });

  it("compares with a matrix that was published, whatever its date", async () => {
    const file = join(home, "checked.md");
    const options = ["./adapter/adapter.harness.ts", "--case", "once.approve", "--markdown", file] as const;
    expect((await command(...options)).code).toBe(0);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^Measured on .*$/m, "Measured on 1970-01-01."));
    expect((await command(...options, "--check")).code).toBe(0);
    writeFileSync(file, readFileSync(file, "utf8").replace("✓ |", "✗ |"));
    expect((await command(...options, "--check")).code).toBe(1);
  });

  it.each([
    ["nothing", []],
    ["a file that isn't there", ["./nowhere.ts"]],
    ["a file that is no harness", ["./adapter/adapter.ts"]],
    ["a case that isn't there", ["./adapter/adapter.harness.ts", "--case", "unsigned.pauses"]],
    ["a seed that is none", ["./adapter/adapter.harness.ts", "--seed", "lucky"]],
    ["an option that isn't there", ["./adapter/adapter.harness.ts", "--verbose"]],
  ])("refuses %s with a word of help and exit code 2", async (_, args) => {
    const { code, err } = await command(...args);
    expect(code).toBe(2);
    expect(err.trim()).not.toBe("");
    expect(err).not.toContain("    at ");
  });
});

// A text in somebody's own editor: whatever the editor does to the file, it's said, and nothing is lost.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EditLeft } from "../src/edit/edit-left.ts";
import { EditedText } from "../src/edit/edited-text.ts";
import { requestFor } from "./support/request.ts";

const request = requestFor(
  { recipient: "Ä Corp", amount: 4_200 },
  { type: "object", properties: { recipient: {}, amount: { type: "number" } } },
);
const home = mkdtempSync(join(tmpdir(), "countersign-edit-"));
const folder = join(home, "countersign", "edits");
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => void vi.stubEnv("XDG_STATE_HOME", home).stubEnv("EDITOR", "false"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** An editor that does this with `file` and the `text` in it. */
function editing(work: string, name = "editor.mjs"): string {
  const script = join(home, name);
  writeFileSync(
    script,
    `#!${process.execPath}
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
const file = process.argv.at(-1);
const text = readFileSync(file, "utf8");
const save = (changed) => writeFileSync(file, changed);
${work}\n`,
  );
  chmodSync(script, 0o755);
  return `'${process.execPath}' '${script}'`;
}

async function edited(editor: string): Promise<{ readonly text: EditedText; readonly left: string | undefined }> {
  vi.stubEnv("VISUAL", editor);
  const text = EditedText.begin(request);
  const left = await text.open().then(() => undefined, (error: unknown) => (error instanceof EditLeft ? error.message : expect.unreachable(String(error)))); // prettier-ignore
  return { text, left };
}

const kept = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
const CHANGED = { type: "args", args: { recipient: "Ä Corp", amount: 4_000 } };

describe("the editor", () => {
  const work = 'save(text.replace("amount: 4200", "amount: 4000"));';

  it("may have options, and a path with spaces in it", async () => {
    mkdirSync(join(home, "my editors"), { recursive: true });
    const spaced = join(home, "my editors", "the editor.mjs");
    editing(`if (process.argv.includes("--wait")) ${work}`, "my editors/the editor.mjs");
    for (const command of [`'${spaced}' --wait`, `"${process.execPath}" "${spaced}" --wait -x`]) {
      const { text, left } = await edited(command);
      expect(left).toBeUndefined();
      expect(await text.checked(request)).toMatchObject(CHANGED);
      text.signed();
    }
    editing(work, "my editors/the editor.mjs");
    expect(await (await edited(spaced)).text.checked(request)).toMatchObject(CHANGED);
  });

  it("is EDITOR without VISUAL", async () => {
    vi.stubEnv("EDITOR", editing(work));
    expect(await (await edited("")).text.checked(request)).toMatchObject(CHANGED);
  });

  it("may not be there", async () => {
    const { left } = await edited("no-such-editor --wait");
    expect(left).toBe("The editor no-such-editor --wait can't be started. Set VISUAL or EDITOR to one that is here, such as EDITOR=nano.");
    expect(kept()).toEqual([]);
  });

  it("may fail: what it had written is kept", async () => {
    expect((await edited("false")).left).toBe("The editor false ended with 1, which says that the edit is given up.");
    expect(kept()).toEqual([]);
    const { left } = await edited(editing(`${work} process.exit(3);`));
    expect(left).toContain("ended with 3");
    expect(left).toContain(`Your text is kept in ${folder}`);
    expect(readFileSync(join(folder, kept()[0] ?? ""), "utf8")).toContain("amount: 4000");
  });

  it("may end by a signal", async () => {
    expect((await edited(editing('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1_000);'))).left).toMatch(
      /ended with (?:SIGTERM|143)/,
    );
  });

  it("may return at once, and write later: the next edit goes on with that", async () => {
    const { left } = await edited("true");
    expect(left).toContain('EDITOR="code --wait"');
    writeFileSync(join(folder, `${request.id}-${process.pid}-1.yaml`), "recipient: Ä Corp\namount: 4000\n");
    const later = EditedText.left(request)?.take() ?? expect.unreachable();
    vi.stubEnv("VISUAL", "true");
    await later.open();
    expect(await later.checked(request)).toMatchObject(CHANGED);
  });

  it("may remove the file, or put a folder in its place", async () => {
    expect((await edited(editing("rmSync(file);"))).left).toBe("The editor has removed the file, so nothing was changed.");
    expect((await edited(editing('rmSync(file); (await import("node:fs")).mkdirSync(file);'))).left).toContain("can't be read any more");
  });

  it.each([
    ["CRLF", '${changed.replaceAll("\\n", "\\r\\n")}', "utf8"],
    ["a byte order mark", "\\uFEFF${changed}", "utf8"],
    ["UTF-16", "\\uFEFF${changed}", "utf16le"],
    ["UTF-16 with CRLF", '\\uFEFF${changed.replaceAll("\\n", "\\r\\n")}', "utf16le"],
  ])("may write %s", async (_name, template, encoding) => {
    const { text } = await edited(
      editing(`const changed = text.replace("amount: 4200", "amount: 4000"); save(Buffer.from(\`${template}\`, "${encoding}"));`),
    );
    expect(await text.checked(request)).toMatchObject(CHANGED);
  });

  it("may write big-endian UTF-16", async () => {
    const swapped = 'save(Buffer.from("\\uFEFF" + text.replace("amount: 4200", "amount: 4000"), "utf16le").swap16());';
    expect(await (await edited(editing(swapped))).text.checked(request)).toMatchObject(CHANGED);
  });

  it("may write no Unicode at all: its bytes stay", async () => {
    const { text } = await edited(editing('save(Buffer.from(text.replace("amount: 4200", "amount: 4000"), "latin1"));'));
    const checked = await text.checked(request);
    expect(checked).toMatchObject({ type: "mistakes", mistakes: [{ line: 1, message: "The file is no UTF-8. Save it as UTF-8." }] });
    const bytes = readFileSync(join(folder, kept()[0] ?? ""));
    expect(bytes.includes(0xc4)).toBe(true);
    text.again(checked.type === "mistakes" ? checked.mistakes : []);
    vi.stubEnv("VISUAL", editing('const bytes = readFileSync(file); save(bytes.toString("latin1"));'));
    await text.open();
    expect(await text.checked(request)).toMatchObject(CHANGED);
    // What is left behind is what was written.
    vi.stubEnv("VISUAL", editing('save(Buffer.from("a: \\xc4", "latin1"));'));
    text.again();
    await text.open();
    text.leave();
    expect(readFileSync(join(folder, kept()[0] ?? "")).equals(Buffer.from("a: \xc4", "latin1"))).toBe(true);
  });
});

describe("the file", () => {
  it("is its owner's alone, also after an editor made it anew", async () => {
    const { text } = await edited(editing('rmSync(file); writeFileSync(file, text.replace("4200", "1"), { mode: 0o666 });'));
    const [name = ""] = kept();
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    text.signed();
    expect(kept()).toEqual([]);
  });

  it("is offered once it was left, to whoever edits the same request, and not while it is open", async () => {
    const { text } = await edited(editing('save(text.replace("amount: 4200", "amount: 4000"));'));
    expect(EditedText.left(request)).toBeUndefined();
    expect(text.leave()).toContain("The next edit of this request goes on with it.");
    expect(EditedText.left({ ...request, id: "another" })).toBeUndefined();
    expect(EditedText.left(request)?.at).toBeCloseTo(Date.now(), -4);
    // Another process has it open.
    const [name = ""] = kept();
    writeFileSync(join(folder, name.replace(`-${process.pid}-`, `-${process.ppid}-`)), "a: 1\n");
    const again = EditedText.left(request)?.take() ?? expect.unreachable();
    expect(EditedText.left(request)).toBeUndefined();
    again.signed();
    expect(kept()).toHaveLength(1);
  });

  it("is in a temporary folder where the home can't be written", async () => {
    writeFileSync(join(home, "a-file"), "");
    vi.stubEnv("XDG_STATE_HOME", join(home, "a-file"));
    const { text } = await edited(editing('save(text.replace("amount: 4200", "amount: 4000"));'));
    const [, path = ""] = /^Your text is kept in (.*)\.$/.exec(text.leave() ?? "") ?? [];
    expect(path.startsWith(tmpdir())).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    rmSync(join(path, ".."), { recursive: true });
  });
});

// Exports of the trail: written, read again, and held against the store; what is wrong with them is told with its line.
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BIN, bundleCommand, environment } from "./support/command.ts";
import { exporting } from "./support/exporting.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";

await bundleCommand();

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const events = (text: string): readonly AuditEvent[] => lines(text).map((line) => JSON.parse(line) as AuditEvent);

describe("on sqlite", () => exporting("sqlite"));

describe("a disk that is full", () => {
  let office: Office;
  beforeAll(async () => {
    office = await officeOn("sqlite");
    for (let i = 0; i < 5; i++) await office.asked("free_text", { text: "x".repeat(1_000) });
  });
  afterAll(() => office.close());

  const exported = (script: string): Promise<{ readonly code: unknown; readonly stderr: string }> =>
    new Promise((resolve) => {
      const env = environment(office.home, { COUNTERSIGN_STORE: office.address });
      const args = ["-c", script, "sh", process.execPath, BIN, "audit", "export"];
      execFile("sh", args, { cwd: office.home, env }, (error, _, stderr) => resolve({ code: error?.code, stderr }));
    });

  it("leaves no beginning of an export", async () => {
    const { code, stderr } = await exported('ulimit -f 4; exec "$@" --out trail.ndjson');
    expect(stderr).toMatch(/^countersign: trail\.ndjson can't be written: .+\n$/);
    expect(code).toBe(2);
    expect(existsSync(join(office.home, "trail.ndjson"))).toBe(false);
  });

  it.skipIf(!existsSync("/dev/full"))("is said of standard output, too", async () => {
    const { code, stderr } = await exported('exec "$@" > /dev/full');
    expect(stderr).toMatch(/^countersign: Standard output can't be written: ENOSPC/);
    expect(code).toBe(1);
  });
});

describe("a file that was changed", () => {
  let office: Office;
  let text = "";
  let id = "";
  beforeAll(async () => {
    office = await officeOn("sqlite");
    const request = await office.asked();
    id = request.id;
    await office.gate.decide(request, { type: "approve" }, { by: FIONA });
    text = (await office.run(["audit", "export"])).stdout;
  });
  afterAll(() => office.close());

  const both = (file: string) => [["audit", "verify", file], ["verify", "--against", file]] as const; // prettier-ignore
  const at = (seq: number): number => events(text).findIndex((event) => event.subject === id && event.seq === seq);
  const changed = (change: (all: string[]) => readonly string[]): string => `${change([...lines(text)]).join("\n")}\n`;

  it.concurrent.each<[string, () => string, () => string]>([
    ["is empty", () => "", () => ": "],
    ["is cut in the middle of a line", () => text.slice(0, -30), () => `:${lines(text).length}: the file ends in the middle of this line`],
    ["has a line that is no JSON", () => `${text}{"subject"\n`, () => `:${lines(text).length + 1}: this is not an event`],
    [
      "has a line that is no event",
      () => `${text}{"subject": "x"}\n`,
      () => `:${lines(text).length + 1}: this is not an event of an audit trail (seq: `,
    ],
    [
      "has a member that no hash covers",
      () => text.replace('"seq":1', '"seq":1,"by":"me"'),
      () => `:1: this is not an event of an audit trail (the line: there is no`,
    ],
    [
      "has another signer",
      () => text.replace('"actor":{"id":"fiona"', '"actor":{"id":"mallory"'),
      () => `:${at(2) + 1}: the chain of ${id} is broken at event 2: it was changed`,
    ],
    [
      "lacks a line",
      () => changed((all) => all.toSpliced(at(1), 1)),
      () => `:${at(2)}: the chain of ${id} is broken at event 2: event 1 of its chain is missing`,
    ],
    [
      "has a line twice",
      () => `${text}${lines(text)[at(2)]}\n`,
      () => `:${lines(text).length + 1}: the chain of ${id} is broken at event 2: it stands behind event 2`,
    ],
    ["is in another order", () => changed((all) => all.toReversed()), () => `the order was changed`],
  ])("%s", async (name, content, says) => {
    const file = join(office.home, `${name}.ndjson`);
    writeFileSync(file, content());
    for (const args of both(file)) {
      const { code, stdout, stderr } = await office.run(args);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(file);
      expect(stderr).toContain(name === "is empty" ? `${file} is empty` : says());
      expect(lines(stderr)).toHaveLength(1);
    }
  });

  it("is told to programs with its file, line and flaw", async () => {
    const { code, stderr } = await office.run(["audit", "verify", "-", "--json"], { input: text.replace(`"fiona"`, `"mallo"`) });
    const details = {
      subject: id,
      seq: 2,
      flaw: expect.stringContaining("it was changed") as string,
      file: "standard input",
      line: at(2) + 1,
    };
    expect([code, JSON.parse(stderr)]).toEqual([1, { error: { code: "AUDIT_BROKEN", message: expect.any(String) as string, details } }]);
  });

  it("may have lost its end, or the newline there, and may have come from Windows", async () => {
    const shorter = changed((all) => all.slice(0, -1));
    for (const input of [shorter, text.trimEnd(), text.replaceAll("\n", "\r\n")])
      expect((await office.run(["audit", "verify", "-"], { input })).code).toBe(0);
  });
});

describe("a store that is not what the export says", () => {
  let office: Office;
  let trail = "";
  let id = "";
  beforeAll(async () => {
    office = await officeOn("sqlite");
    const request = await office.asked();
    id = request.id;
    // Nobody writes to it meanwhile, so that the file is all of it.
    new DatabaseSync(office.address).exec("PRAGMA wal_checkpoint(TRUNCATE)");
    copyFileSync(office.address, join(office.home, "backup.db"));
    await office.gate.decide(request, { type: "approve" }, { by: FIONA });
    trail = join(office.home, "trail.ndjson");
    expect((await office.run(["audit", "export", "--out", trail])).code).toBe(0);
  });
  afterAll(() => office.close());
  const against = (store: string) => office.run(["verify", "--against", trail, "--store", store, "--json"]);
  const errorOf = ({ stderr }: { readonly stderr: string }) => (JSON.parse(stderr) as { readonly error: object }).error;

  it("was restored from an older backup, and went on from there", async () => {
    const store = join(office.home, "backup.db");
    const restored = await against(store);
    expect([restored.code, errorOf(restored)]).toMatchObject([1, { code: "AUDIT_BROKEN", details: { subject: id, seq: 1, flaw: expect.stringContaining("the export has 2 events of it") as string } }]); // prettier-ignore
    const { proposal } = (await office.gate.get(id)) ?? expect.unreachable();
    await office.run(["reject", id, "--digest", proposal.digest, "-m", "no", "--store", store]);
    expect(await office.run(["verify", "--store", store])).toMatchObject({ code: 0 });
    expect(errorOf(await against(store))).toMatchObject({ code: "AUDIT_BROKEN", details: { subject: id, seq: 2, flaw: expect.stringContaining("another one than in the export") as string } }); // prettier-ignore
  });

  it("is another store, or an empty one", async () => {
    const other = await officeOn("sqlite");
    await other.asked();
    expect(errorOf(await against(other.address))).toMatchObject({
      code: "AUDIT_BROKEN",
      details: { foreign: true, flaw: "it is of another store" },
    });
    await other.close();
    const fresh = join(office.home, "fresh.db");
    await office.run(["migrate", "--store", fresh]);
    expect(errorOf(await against(fresh))).toMatchObject({
      code: "AUDIT_BROKEN",
      details: { foreign: true, flaw: "nothing is recorded here" },
    });
  });

  it("lost a request with its chain", async () => {
    const file = new DatabaseSync(office.address);
    file.exec(`DELETE FROM events WHERE subject = '${id}'; DELETE FROM requests WHERE id = '${id}'`);
    file.close();
    expect((await against(office.address)).code).toBe(1);
  });
});

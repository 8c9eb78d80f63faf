// Exports of the trail: written, read again, and held against the store; what is wrong with them is told with its line.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createGate, type AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";

await bundleCommand();

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const events = (text: string): readonly AuditEvent[] => lines(text).map((line) => JSON.parse(line) as AuditEvent);

describe.each(["sqlite", "postgres"] as const)("on %s", (kind) => {
  let office: Office;
  beforeAll(async () => void (office = await officeOn(kind)));
  afterAll(() => office.close());

  it("whatever an event can hold survives the way into a file and back", async () => {
    const hidden = '\u0000\u0007\u001b[2J\u0085\u00a0\u00ad\u200b\u2028\u2029\u202e\ufeff\ufffd\u{e0001}\u{10ffff}支払い😀\\u0000"\\';
    const numbers = { large: 1.7976931348623157e308, small: 5e-324, exact: 2 ** 53, next: 2 ** 53 + 2, third: 1 / 3, zero: -0, e21: 1e21 };
    const args = { text: hidden, [hidden]: null, ["__proto__"]: { x: 1 }, toJSON: "no function", list: [[], {}, ""], ...numbers };
    const { id, proposal } = await office.asked("free_text", JSON.parse(JSON.stringify(args)) as object, { requestedBy: `bob ${hidden}` });
    // No JSON: a hash stands in its place.
    await office.gate.decide(
      { id, digest: proposal.digest },
      { type: "approve", comment: "half a character: \ud83d" },
      { by: { ...FIONA, name: hidden } },
    );
    await expect(office.gate.execute({ id, args: {} }, () => Promise.reject(new Error(`no: ${hidden} \udc00`)))).rejects.toThrow("no");

    const file = join(office.home, "values.ndjson");
    const { code, stdout } = await office.run(["audit", "export", "--out", file, "--json"]);
    expect(code).toBe(0);
    const exported = JSON.parse(stdout) as { readonly events: number; readonly sha256: string };
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(events(text)[0]?.subject).toBe("thread/countersign/freezes");
    expect(events(text)).toEqual(JSON.parse(JSON.stringify((await office.store.listEvents("default", undefined, 1_000)).events)));
    expect(events(text).find(({ subject, seq }) => subject === id && seq === 1)?.data["args"]).toEqual(JSON.parse(JSON.stringify(args)));

    const alone = await office.run(["audit", "verify", file, "--json"]);
    const { subjects } = JSON.parse((await office.run(["verify", "--json"])).stdout) as { readonly subjects: number };
    expect([alone.code, JSON.parse(alone.stdout)]).toEqual([0, { file, ...exported, subjects }]);
    const beside = await office.run(["verify", "--against", "-"], { input: text });
    expect([beside.code, beside.stdout]).toEqual([0, expect.stringContaining(`go on from standard input, SHA-256 ${exported.sha256}`)]);
  });

  it("an export goes on being right while the store goes on, is purged, and is exported again", async () => {
    const file = join(office.home, "earlier.ndjson");
    await office.run(["audit", "export", "--out", file]);
    const { id } = await office.asked();
    await office.gate.cancel(id, { by: FIONA, reason: "no" });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await office.gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } })).requests).toBeGreaterThan(0);
    expect(await office.run(["verify", "--against", file])).toMatchObject({ code: 0, stderr: "" });
    const later = (await office.run(["audit", "export"])).stdout;
    expect(await office.run(["audit", "verify", "-"], { input: later })).toMatchObject({ code: 0, stderr: "" });
  });

  it("an export of another tenant is told as such", async () => {
    const other = createGate({ store: office.store, tenant: "globex", policy: office.gate.policy });
    await other.ask({ threadId: "t", key: "k", tool: "free_text", args: {}, requestedBy: "bob" });
    const input = (await office.run(["audit", "export", "--tenant", "globex"])).stdout;
    const { code, stdout, stderr } = await office.run(["verify", "--against", "-"], { input });
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      expect.stringContaining("does not belong to this store and tenant: it is of another tenant"),
    ]);
    expect((await office.run(["verify", "--tenant", "globex", "--against", "-"], { input })).code).toBe(0);
  });

  it("events of a tool are found, also those of remembered decisions", async () => {
    const { id, proposal } = await office.asked("send_payment", { recipient: "Remembered", amount: 5_000 });
    await office.gate.decide({ id, digest: proposal.digest }, { type: "approve", remember: { scope: "exact-args" } }, { by: FIONA });
    const found = events((await office.run(["audit", "query", "--tool", "send_payment", "--by", "fiona", "--json"])).stdout);
    const [grant] = await office.gate.grants();
    expect(found.map(({ subject, type }) => [subject, type])).toEqual(expect.arrayContaining([[id, "approved"], [`grant/${grant?.id}`, "remembered"]])); // prettier-ignore
    expect((await office.run(["audit", "query", "--tool", "no_such_tool", "--json"])).stdout).toBe("");
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

  it.each<[string, () => string, () => string]>([
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

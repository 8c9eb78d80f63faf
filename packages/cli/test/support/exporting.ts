// Exports of the trail, on one of the stores: written, read again, and held against the store.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createGate, type AuditEvent } from "@countersign/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FIONA, officeOn, type Office } from "./office.ts";

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const events = (text: string): readonly AuditEvent[] => lines(text).map((line) => JSON.parse(line) as AuditEvent);

/** The way into a file and back. */
export function exporting(kind: "sqlite" | "postgres"): void {
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
}

import { approve, createGate, definePolicy, type Gate, type RequestQuery } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const fiona = { id: "fiona", roles: ["finance"] };
const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"], expiresIn: "1h" } } } });

async function asked(count: number): Promise<Gate> {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  for (let n = 0; n < count; n++) await gate.ask({ threadId: `t${n}`, tool: "pay", args: { n }, key: "k", requestedBy: { id: "bob" } });
  return gate;
}

const invalid = (path: string): object => ({ code: "INVALID_ARGS", details: { issues: [{ path: expect.arrayContaining([path]) }] } });

const WRONG: readonly (readonly [path: string, query: object])[] = [
  ["query", { visibelTo: fiona }],
  ["visibleTo", { visibleTo: "fiona" }],
  ["decidedBy", { decidedBy: { roles: ["finance"] } }],
  ["askedBefore", { askedBefore: Number.NaN }],
  ["askedBefore", { askedBefore: "1d" }],
  ["order", { order: "expiry" }],
  ["search", { search: 7 }],
  ["search", { search: "x".repeat(201) }],
  ["search", { search: "a b c d e f g h i j k" }],
  ["idPrefix", { idPrefix: "" }],
  ["idPrefix", { idPrefix: "xyz" }],
  ["idPrefix", { idPrefix: "0%" }],
  ["idPrefix", { idPrefix: "0".repeat(33) }],
];

describe("gate.list and gate.count", () => {
  it.each(WRONG)("refuse a condition that isn't one: %s %j", async (path, query) => {
    const gate = await asked(0);
    await expect(gate.list(query as RequestQuery)).rejects.toMatchObject(invalid(path));
    await expect(gate.count(query as RequestQuery)).rejects.toMatchObject(invalid(path));
  });

  it.each([{ cap: 0 }, { cap: 1.5 }, { cap: 1_000_001 }, { capp: 1 }, { cap: "9" }])("refuse a cap that isn't one: %j", async (options) => {
    await expect((await asked(0)).count({}, options as { cap: number })).rejects.toMatchObject({ code: "INVALID_ARGS" });
  });

  it("count what the list gives, up to a cap", async () => {
    const gate = await asked(3);
    expect([await gate.count(), await gate.count({ tool: "pay" }), await gate.count({ tool: "refund" })]).toEqual([3, 3, 0]);
    expect([await gate.count({}, { cap: 2 }), await gate.count({}, { cap: 4 }), await gate.count({}, {})]).toEqual([2, 3, 3]);
  });

  it("take the beginning of an id in either case", async () => {
    const gate = await asked(3);
    const [first] = (await gate.list()).items;
    const idPrefix = first?.id.slice(0, 12).toUpperCase() ?? "";
    expect((await gate.list({ idPrefix })).items).toEqual([first]);
    expect(await gate.count({ idPrefix })).toBe(1);
  });

  it("show who was invited, who asked and who signed what was decided", async () => {
    const gate = await asked(1);
    const [request] = (await gate.list({ visibleTo: fiona, order: "deadline" })).items;
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by: { ...fiona, aliases: ["f@example.com"] } });
    const ids = async (query: RequestQuery): Promise<number> => gate.count(query);
    for (const visibleTo of [{ id: "felix", roles: ["finance"] }, { id: "bob" }, { id: "f@example.com" }])
      expect(await ids({ visibleTo })).toBe(1);
    for (const visibleTo of [
      { id: "eve", roles: ["legal"] },
      { id: "bot", roles: ["finance"], kind: "service" as const },
    ])
      expect(await ids({ visibleTo })).toBe(0);
    expect([await ids({ decidedBy: "fiona" }), await ids({ decidedBy: "f@example.com" }), await ids({ decidedBy: "bob" })]).toEqual([
      1, 1, 0,
    ]);
  });
});

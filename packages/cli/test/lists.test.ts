// What fits a terminal of 80 columns, what a pipe gets, and which beginnings of ids are taken.
import { setTimeout as sleep } from "node:timers/promises";
import type { ApprovalRequest } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortIds } from "../src/output/short-ids.ts";
import { bundleCommand } from "./support/command.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";

await bundleCommand();

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
const values = <T>(text: string): readonly T[] => lines(text).map((line) => JSON.parse(line) as T);

let office: Office;
let paid: ApprovalRequest;
let twice: ApprovalRequest;
let merger: ApprovalRequest;
beforeAll(async () => {
  office = await officeOn("sqlite");
  const args = { recipient: `Acme ${"very long ".repeat(20)}`, amount: 4_200 };
  paid = await office.asked("send_payment", args, { requestedBy: `bob-${"x".repeat(300)}` });
  await office.gate.decide(paid, { type: "approve" }, { by: FIONA });
  await office.gate.execute({ id: paid.id, args: {} }, () => "Paid.");
  twice = await office.asked("send_payment", args, { requestedBy: `bob-${"x".repeat(300)}` });
  merger = await office.asked("merger", { of: "Initech", amount: 1_000_000 }, { requestedBy: "dora" });
});
afterAll(() => office.close());

const shown = async (args: readonly string[], columns = 80): Promise<string> => {
  const terminal = office.terminal(args, { columns });
  await terminal.ended();
  return terminal.text.replaceAll("\r", "");
};
const ids = async (...args: readonly string[]): Promise<readonly string[]> =>
  values<ApprovalRequest>((await office.run(["list", ...args, "--json"])).stdout).map(({ id }) => id);

describe("a list", () => {
  it("fits 80 columns, with marks, signatures and the beginning of ids", async () => {
    const text = await shown(["list"]);
    for (const line of lines(text)) if (!line.startsWith("…")) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/^REQUEST +STATUS +LEFT +AGE +SIGNED +MARKS +WHAT$/m);
    expect(text).toMatch(
      new RegExp(`^${twice.id.slice(0, 8)} +pending .* ran before .*send_payment: recipient|^${twice.id.slice(0, 8)} .*send_payment`, "m"),
    );
    expect(text).toMatch(new RegExp(`^${merger.id.slice(0, 8)} +pending .* 0 of 3 .* merger: `, "m"));
    expect(text).not.toContain(twice.id);
    expect(await shown(["list"], 140)).toMatch(/ BY +MARKS +WHAT$/m);
  });

  it("has a history that fits, too", async () => {
    const text = await shown(["history", paid.id.slice(0, 8)]);
    expect(text).toMatch(/^AT \(UTC\) +# +EVENT +BY +WHAT$/m);
    for (const line of lines(text)) if (!line.startsWith("…")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("is complete in a pipe: new columns stand at the end", async () => {
    const { stdout } = await office.run(["list", "--tool", "merger"]);
    const cells = lines(stdout)[0]?.split("\t") ?? [];
    expect(cells).toHaveLength(13);
    expect(cells[0]).toBe(merger.id);
    expect(cells.slice(8)).toEqual(["merger", '{"amount":1000000,"of":"Initech"}', "0 of 3", "-", expect.stringContaining("merger: ")]);
  });

  it("shows a freeze", async () => {
    const freeze = await office.gate.freeze({ tool: "merger" }, { by: FIONA, reason: "wrong" });
    expect(await shown(["list", "--tool", "merger"])).toContain("frozen");
    await office.gate.liftFreeze(freeze.id, { by: FIONA });
  });

  it("counts", async () => {
    expect((await office.run(["list", "--count"])).stdout).toBe("2\n");
    expect((await office.run(["list", "--count", "--status", "all", "--limit", "1"])).stdout).toBe("3\n");
    expect(values((await office.run(["list", "--count", "--tool", "merger", "--json"])).stdout)).toEqual([{ count: 1, isComplete: true }]);
  });

  it("finds by text, by who signed, by age, and what concerns somebody", async () => {
    expect(await ids("--search", "dora")).toEqual([merger.id]);
    expect(await ids("--search", merger.id.slice(0, 6))).toEqual([merger.id]);
    expect(await ids("--decided-by", "fiona")).toEqual([paid.id]);
    expect(await ids("--decided-by", "fiona", "--status", "pending")).toEqual([]);
    expect(await ids("--older-than", "1h")).toEqual([]);
    await sleep(50);
    expect(await ids("--older-than", "10ms")).toEqual([twice.id, merger.id]);
    expect(await ids("--visible")).toEqual([paid.id, twice.id, merger.id]);
    const dora = { env: { COUNTERSIGN_AS: "dora", COUNTERSIGN_ROLES: "" } };
    expect(values<ApprovalRequest>((await office.run(["list", "--visible", "--json"], dora)).stdout).map(({ id }) => id)).toEqual([
      merger.id,
    ]);
  });

  it("is in the order that is wanted", async () => {
    expect(await ids("--newest")).toEqual([merger.id, twice.id]);
    expect(await ids("--order", "newest")).toEqual([merger.id, twice.id]);
    expect(await ids("--order", "deadline")).toEqual([twice.id, merger.id]);
    expect(await office.run(["list", "--newest", "--order", "oldest"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("exclude"),
    });
  });
});

describe("the beginning of an id", () => {
  it("stands for it in every command, if it is the only one", async () => {
    const beginning = merger.id.slice(0, 8);
    const [request] = values<ApprovalRequest>((await office.run(["show", beginning.toUpperCase(), "--json"])).stdout);
    expect(request?.id).toBe(merger.id);
    expect(lines((await office.run(["history", beginning])).stdout)).toHaveLength(1);
    expect((await office.run(["wait", beginning, "--timeout", "10ms"])).code).toBe(5);
    const other = await office.asked("free_text", { n: 1 });
    expect((await office.run(["cancel", other.id.slice(0, 12), "--reason", "a test", "--yes"])).stdout).toContain(other.id);
    const next = await office.asked("free_text", { n: 2 });
    const approved = await office.run(["approve", next.id.slice(0, 12), "--digest", next.proposal.digest]);
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining(next.id)]);
  });

  it("is refused where it may mean several, or nothing", async () => {
    const many: ApprovalRequest[] = [];
    // Of so many ids two begin with the same four characters: those are looked for.
    const known = new Map<string, string>();
    let pair: readonly string[] = [];
    for (let n = 0; pair.length === 0; n++) {
      const request = await office.asked("free_text", { many: n }, { threadId: `many-${n}` });
      many.push(request);
      const earlier = known.get(request.id.slice(0, 4));
      if (earlier !== undefined) pair = [earlier, request.id];
      known.set(request.id.slice(0, 4), request.id);
    }
    const [one = "", two = ""] = pair;
    const several = await office.run(["show", one.slice(0, 4)]);
    expect(several).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining(`Several requests begin with ${one.slice(0, 4)}: ${two}, ${one}`),
    });
    expect(await office.run(["show", one.slice(0, 3)])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("at least 4 characters"),
    });
    const none = await office.run(["show", "ffffffffffff", "--json"]);
    expect([none.code, JSON.parse(none.stderr)]).toEqual([3, { error: expect.objectContaining({ code: "REQUEST_NOT_FOUND" }) }]);
  });

  it("stands for a grant and for a freeze", async () => {
    const request = await office.asked("send_payment", { recipient: "Again", amount: 3_000 });
    await office.gate.decide(request, { type: "approve", remember: { scope: "exact-args" } }, { by: FIONA });
    const grant = (await office.gate.grants())[0]?.id ?? "";
    expect((await office.run(["grants", "revoke", grant.slice(0, 8), "--yes"])).stdout).toContain(`revoked ${grant}`);
    const freeze = await office.gate.freeze({}, { by: FIONA, reason: "x" });
    expect((await office.run(["lift", freeze.id.slice(0, 8), "--yes"])).stdout).toContain(`lifted ${freeze.id}`);
    expect((await office.run(["lift", "ffffffff", "--yes"])).code).toBe(3);
  });

  it("is as long as it has to be", () => {
    const short = shortIds(["aaaaaaaa1111", "aaaaaaaa1211", "bbbbbbbb", "aaaaaaaa1111"]);
    expect(["aaaaaaaa1111", "aaaaaaaa1211", "bbbbbbbb"].map(short)).toEqual(["aaaaaaaa11", "aaaaaaaa12", "bbbbbbbb"]);
  });
});

describe("an execution whose process died", () => {
  it("is unknown in the list, also where no worker runs", async () => {
    const { id } = await office.unknown();
    expect(await ids("--execution", "unknown")).toContain(id);
    expect(await shown(["list", "--status", "approved"])).toMatch(new RegExp(`^${id.slice(0, 8)} +unknown`, "m"));
    expect((await office.run(["list", "--execution", "unknown", "--count"])).stdout).toBe("1\n");
  });
});

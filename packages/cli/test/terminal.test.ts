// A person at a terminal: the built command on a pseudo-terminal.
import { edit } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { officeOn, type Office } from "./support/office.ts";

const ESCAPE = "\u001b";
const CTRL_C = "\u0003";

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

describe("a terminal", () => {
  it("has colours, unless NO_COLOR says no; a line that is cut says so", async () => {
    const { id } = await office.asked("free_text", { text: "y".repeat(300) });
    const coloured = office.terminal(["list", "--newest"]);
    await coloured.ended();
    expect(coloured.raw).toContain(`${ESCAPE}[`);
    expect(coloured.text).toContain("… is where a line is cut");
    expect(coloured.text).toContain(id.slice(0, 8));
    const plain = office.terminal(["list", "--newest"], { env: { NO_COLOR: "1" } });
    await plain.ended();
    expect(plain.raw).not.toContain(ESCAPE);
  });

  it("shows of an event what matters: its note, where it stands, who said what; of a request that it was asked before", async () => {
    const args = { recipient: "Twice", amount: 7_000 };
    const first = await office.asked("send_payment", args);
    const { id } = await office.asked("send_payment", args);
    const waiting = office.terminal(["list", "--tool", "send_payment", "--newest"]);
    await waiting.ended();
    expect(waiting.text).toMatch(new RegExp(`MARKS.*\n${id.slice(0, 8)} .* asked twice `));
    await office.gate.decide(first, edit({ ...args, amount: 6_500 }, { comment: "half" }), {
      by: { id: "fiona", roles: ["finance"] },
      via: "web",
    });
    await office.gate.execute({ id: first.id, args: {} }, () => Promise.reject(new Error("The bank is closed."))).catch(() => {});
    const history = office.terminal(["history", first.id], { columns: 200 });
    await history.ended();
    const [, ...rows] = history.text.trimEnd().split("\n");
    expect(rows.map((row) => row.split(/ {2,}/).slice(2))).toEqual([
      ["asked", "bob", 'pending; send_payment {"amount":7000,"recipient":"Twice"}: over $1,000'],
      ["approved", "fiona", expect.stringMatching(/^edit by web \{"amount":6500,"recipient":"Twice"\} \[half\]; changes proposal/)],
      ["claimed", "countersign", "executing"],
      ["failed", "countersign", "The bank is closed."],
    ]);
    const query = office.terminal(["audit", "query"]);
    await query.ended();
    expect(query.text).toMatch(/thread\/countersign\/sche\S*… /);
  });

  it("follows a list until Ctrl-C", async () => {
    const terminal = office.terminal(["list", "--watch", "--tool", "sign_only"]);
    await terminal.until("Ctrl-C ends");
    const { id } = await office.asked("sign_only", {});
    await terminal.until(id.slice(0, 8));
    terminal.type(CTRL_C);
    expect(await terminal.ended()).toBe(130);
  });
});

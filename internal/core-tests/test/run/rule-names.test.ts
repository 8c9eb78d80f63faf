// A rule under a misspelt name guards nothing, and the default holds for the tool that it was meant for.
import { createGate, definePolicy, type Gate } from "@countersign/core";
import { defineRunner, warnUngated, type Offers } from "@countersign/core/adapter";
import { inspectTools } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

type Tools = Readonly<Record<string, "allow" | "ask" | "deny">>;

/** A runner that offers these tools, and what its gate has told. `later`: tools that are found before a run only. */
function open(tools: Tools, names: readonly string[], later?: readonly string[], otherwise: "allow" | "deny" = "allow") {
  const told: string[] = [];
  const policy = definePolicy({ default: otherwise, tools });
  const warn = (text: string): unknown => /SIGNATURE|default/.test(text) && told.push(text);
  const gate: Gate = createGate({ policy, store: memoryStore(), warn });
  const offering = (of: readonly string[]) => [{ tools: of.map((name) => ({ name, calledAs: name, gate })) }];
  const look = (): Offers => ({ offers: offering(names), ...(later && { rest: async () => offering(later) }) });
  const runner = defineRunner<string, string>(gate, {
    name: "payments",
    framework: "test",
    tools: { look, remedy: "Gate it." },
    advance: async () => ({ status: "completed", output: "", text: "", continuation: { format: 1, data: null } }),
  });
  return { told, runner, gate };
}

describe("a tool that no rule names", () => {
  it.each<[string, Tools, readonly string[]]>([
    ["a letter is missing", { send_payment: "ask" }, ["send_paymnt"]],
    ["another case", { sendPayment: "ask", read: "allow" }, ["SendPayment", "read"]],
    ["a namespace is missing", { "billing/refund": "ask" }, ["biling/refund"]],
  ])("is told where a rule without a tool has nearly its name: %s", (_, tools, names) => {
    const { told } = open(tools, names);
    expect(told).toEqual([
      `Runner payments: The tool ${names[0]} runs WITHOUT A SIGNATURE: no rule names it, and the policy's default is allow. ` +
        `The rule ${Object.keys(tools)[0]} stands for no tool. Is one of the two names misspelt? Put it right, or give ${names[0]} a rule of its own.`,
    ]);
  });

  it("is told with what the default does to it", () => {
    const { told } = open({ send_payment: "allow" }, ["send_paymnt"], undefined, "deny");
    expect(told[0]).toContain("No rule names the tool send_paymnt, so the policy's default (deny) holds for it.");
  });

  it("is told without a runner, too", () => {
    const { gate, told } = open({ send_payment: "ask" }, []);
    const tools = [{ name: "send_paymnt", gate }];
    warnUngated({ gate, remedy: "Gate it." }, tools);
    warnUngated({ gate, remedy: "Gate it." }, tools);
    expect(told).toEqual([expect.stringMatching(/^The tool send_paymnt runs WITHOUT A SIGNATURE/)]);
  });

  it.each<[string, Tools, readonly string[]]>([
    ["no rule is near", { send_payment: "ask" }, ["read_report"]],
    ["the near one has a tool of its own", { pay: "ask" }, ["pay", "say"]],
    ["a wildcard names it", { "send_*": "ask", send_paymnts: "deny" }, ["send_payment"]],
    ["it is a whole server's list", { "billing/refund": "ask" }, ["billing/*"]],
  ])("is not told where %s", (_, tools, names) => {
    expect(open(tools, names).told).toEqual([]);
  });

  it("is told once, also where it is found before a run only", async () => {
    const { told, runner } = open({ send_payment: "ask" }, [], ["send_paymnt"]);
    expect(told).toEqual([]);
    await runner.start("t", "go");
    await runner.start("u", "go");
    expect(told).toHaveLength(1);
  });
});

it("an inspection answers the rules that stand for none of the tools", async () => {
  const { runner } = open({ pay: "ask", "wire_*": "ask", "*": "deny", old: "ask" }, ["pay", "wire_money"]);
  expect(await inspectTools(runner)).toEqual(["old"]);
});

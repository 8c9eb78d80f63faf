import { definePolicy } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { simulate, type SimulatedCall } from "../src/simulate.ts";

const candidate = definePolicy({
  default: "allow",
  tools: {
    pay: {
      deny: ({ args }) => Number(args["amount"]) > 1_000,
      ask: ({ args }) => Number(args["amount"]) > 100,
      review: { quorum: 2 },
    },
    counted: { history: true, ask: ({ history }) => history.count() > 1 },
  },
});
const call = (amount: number, was: SimulatedCall["was"], signatures = 0): SimulatedCall => ({
  tool: "pay",
  args: { amount },
  was,
  signatures,
});

describe("simulate", () => {
  it("counts verdicts, and signatures as they would have been", () => {
    const simulator = simulate(candidate);
    simulator.add(call(10, "approved", 1)); // saved
    simulator.add(call(500, "approved", 1)); // two instead of one
    simulator.add(call(500, "rejected", 1)); // rejected again by one
    simulator.add(call(5_000, "approved", 1)); // nobody is asked
    simulator.add({ ...call(500, "allowed"), weight: 100 }); // two each
    const { calls, counts, signatures } = simulator.result();
    expect(calls).toBe(104);
    expect(counts.approved).toEqual({ allow: 1, ask: 1, deny: 1, invalid: 0 });
    expect(counts.allowed).toEqual({ allow: 0, ask: 100, deny: 0, invalid: 0 });
    expect(signatures).toEqual({ given: 4, needed: 0 + 2 + 1 + 0 + 200, saved: 4 - 203 });
  });

  it("names each call on which a person and the policy differ", () => {
    const simulator = simulate(candidate);
    const calls = [
      call(10, "rejected", 1),
      call(10, "edited", 1),
      call(5_000, "approved", 1),
      call(500, "rejected", 1),
      call(10, "expired"),
    ];
    for (const each of calls) simulator.add(each);
    const { letThrough, unedited, refused } = simulator.result();
    expect(letThrough.map(({ call }) => call)).toEqual([calls[0]]);
    expect(unedited.map(({ call }) => call)).toEqual([calls[1]]);
    expect(refused.map(({ call }) => call)).toEqual([calls[2]]);
  });

  it("knows which calls need their history, and fails closed without it", () => {
    const simulator = simulate(candidate);
    const counted: SimulatedCall = { tool: "counted", args: {}, was: "approved" };
    expect(simulator.countsHistory(counted)).toBe(true);
    expect(simulator.countsHistory(call(1, "approved"))).toBe(false);
    expect(simulator.add(counted).type).toBe("ask");
    expect(simulator.add({ ...counted, history: [{ tool: "counted", args: {} }] }).type).toBe("allow");
  });
});

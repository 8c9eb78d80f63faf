import { approve, createGate, dangerouslyApproveAll, definePolicy, edit, type Decision, type Reviewer } from "@countersign/core";
import { terminalReviewer } from "@countersign/terminal";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const policy = definePolicy({
  tools: {
    pay: { ask: true, review: { roles: ["finance"] } },
    wire: { ask: true, review: { quorum: 2 } },
    named: { ask: true, review: { reviewers: ["alice"] } },
  },
});
const alice = { id: "alice", roles: ["finance"] };
const call = { threadId: "t", key: "k", tool: "pay", args: { amount: 1 } } as const;

function gateWith(reviewer: Reviewer, reviewWithin?: number) {
  const warnings: string[] = [];
  const gate = createGate({ policy, store: memoryStore(), reviewer, reviewWithin, warn: (message) => warnings.push(message) });
  return { gate, warnings };
}

describe("a reviewer in the process", () => {
  it("decides like everybody else, and is named in the record", async () => {
    const { gate } = gateWith({ as: alice, review: () => approve({ comment: "small" }) });
    const approval = await gate.ask(call);
    expect(approval.status).toBe("approved");
    expect((await gate.get(approval.id))?.decisions).toMatchObject([{ by: alice, via: "in-process", decision: { comment: "small" } }]);
  });

  it("sees a request that is recorded already", async () => {
    const { gate } = gateWith({
      as: alice,
      review: async (request) => ((await gate.get(request.id))?.status === "pending" ? approve() : undefined),
    });
    expect((await gate.ask(call)).status).toBe("approved");
  });

  it.each<[string, Reviewer["review"]]>([
    ["doesn't answer in time", () => new Promise<undefined>(() => {})],
    ["throws", () => Promise.reject(new Error("no terminal"))],
    ["decides nothing", () => undefined],
    ["answers nonsense", () => true as unknown as Decision],
    ["answers with an edit that can't be", () => edit({ amount: 1n })],
  ])("leaves the request pending when it %s", async (_, review) => {
    const { gate } = gateWith({ as: alice, review }, 30);
    const approval = await gate.ask(call);
    expect(approval.status).toBe("pending");
    expect(
      await gate.decide({ id: approval.id, digest: (await gate.get(approval.id))?.proposal.digest ?? "" }, approve(), { by: alice }),
    ).toMatchObject({
      status: "approved",
    });
  });

  it("is asked again for what it didn't type, where it says that it completes that", async () => {
    const tiers = definePolicy({
      tools: {
        pay: {
          args: z.object({ amount: z.number() }),
          ask: [{ when: ({ args }) => args.amount > 9, review: { confirm: "args.amount" } }, { when: true }],
        },
      },
    });
    const seen: unknown[] = [];
    const review: Reviewer["review"] = (_request, { unconfirmed }) => {
      seen.push(unconfirmed);
      return edit({ amount: 10 }, { confirm: ["none", "9", "10"][seen.length - 1] ?? null });
    };
    const asking = (completes: boolean) => {
      const warnings: string[] = [];
      const reviewer = { as: alice, review, completes };
      return { warnings, gate: createGate({ policy: tiers, store: memoryStore(), reviewer, warn: (text) => warnings.push(text) }) };
    };
    const completing = asking(true);
    expect((await completing.gate.ask(call)).status).toBe("approved");
    const refused = (confirm: string) => ({ decision: edit({ amount: 10 }, { confirm }), paths: ["args.amount"] });
    expect(seen).toEqual([undefined, refused("none"), refused("9")]);
    expect(completing.warnings).toEqual([]);
    seen.length = 0;
    const plain = asking(false);
    expect((await plain.gate.ask(call)).status).toBe("pending");
    expect([seen.length, plain.warnings.length]).toEqual([1, 1]);
  });

  it("that answers wrongly at once, again and again, is asked no longer than it has time, and nothing else waits for it", async () => {
    const confirmed = definePolicy({ tools: { pay: { ask: true, review: { confirm: "args.amount" } } } });
    const reviewer: Reviewer = { as: alice, completes: true, review: () => approve({ confirm: "wrong" }) };
    const gate = createGate({ policy: confirmed, store: memoryStore(), reviewer, reviewWithin: 100, warn: () => {} });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    expect((await gate.ask(call)).status).toBe("pending");
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  it("without the role decides nothing, and says so", async () => {
    const { gate, warnings } = gateWith({ as: { id: "bot" }, review: () => approve() });
    expect((await gate.ask(call)).status).toBe("pending");
    expect(warnings).toHaveLength(1);
  });

  it("is told to stop when somebody else was faster", async () => {
    let stopped = false;
    const { gate } = gateWith({
      as: alice,
      review: (request, { signal }) =>
        new Promise<undefined>((resolve) => {
          signal.addEventListener("abort", () => {
            stopped = true;
            resolve(undefined);
          });
          void gate.decide(request, approve(), { by: { id: "bob", roles: ["finance"] } });
        }),
    });
    const approval = await gate.ask(call);
    expect(approval.status).toBe("approved");
    expect(stopped).toBe(true);
    expect((await gate.get(approval.id))?.decisions).toMatchObject([{ by: { id: "bob" } }]);
  });

  it("is asked again about a request that an earlier process left pending", async () => {
    const answers = [undefined, approve()];
    const { gate } = gateWith({ as: alice, review: () => answers.shift() });
    expect((await gate.ask(call)).status).toBe("pending");
    expect((await gate.ask(call)).status).toBe("approved");
  });
});

describe("dangerouslyApproveAll", () => {
  it("approves as an automation, and warns at start", async () => {
    const { gate, warnings } = gateWith(dangerouslyApproveAll());
    expect(warnings).toHaveLength(1);
    const approval = await gate.ask(call);
    expect(approval.status).toBe("approved");
    expect((await gate.get(approval.id))?.decisions).toMatchObject([{ by: { kind: "automation" } }]);
  });

  it("is no second person and nobody in particular", async () => {
    const { gate } = gateWith(dangerouslyApproveAll());
    expect((await gate.ask({ ...call, tool: "wire" })).status).toBe("pending");
    expect((await gate.ask({ ...call, tool: "named" })).status).toBe("pending");
  });
});

describe("terminalReviewer", () => {
  it("decides nothing where there is no terminal", async () => {
    const { gate } = gateWith(terminalReviewer({ as: alice }), 5_000);
    expect((await gate.ask(call)).status).toBe("pending");
  });
});

// What the gate wants typed that nobody was asked for before: of an edit that comes under stricter terms.
import { createGate, definePolicy, edit, isCountersignError, type ApprovalRequest } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Desk } from "../src/desk.ts";
import { explained, Failure } from "../src/failure.ts";
import { confirmation } from "../src/reviewers/confirmation.ts";
import { sign } from "../src/reviewers/sign.ts";

const answers: string[] = [];
const asked: string[] = [];
vi.mock("../src/prompts.ts", () => ({
  line: (message: string) => {
    asked.push(message);
    return Promise.resolve(answers.shift() ?? "");
  },
}));

const closing: StorePort[] = [];
beforeEach(() => {
  answers.length = 0;
  asked.length = 0;
});
afterEach(async () => {
  for (const store of closing.splice(0)) await store.close();
});

const policy = definePolicy({
  tools: {
    pay: {
      args: z.object({ to: z.string(), amount: z.number(), note: z.string().optional() }),
      ask: [
        { when: ({ args }) => args.amount > 50_000, review: { confirm: ["args.amount", "args.to"] } },
        { when: ({ args }) => args.amount > 10_000, review: { confirm: "args.note" } },
        { when: true, review: { confirm: "args.to" } },
      ],
      review: { roles: ["finance"] },
    },
  },
});

async function waiting(): Promise<{ readonly desk: Desk; readonly request: ApprovalRequest; readonly said: readonly string[] }> {
  const store = sqliteStore(":memory:");
  closing.push(store);
  const gate = createGate({ policy, store, warn: () => {} });
  const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { to: "Acme", amount: 4_200 } });
  if (approval.status !== "pending") throw new Error(approval.status);
  const said: string[] = [];
  const desk = { gate, config: { identity: { id: "fiona", roles: ["finance"] } }, out: { say: (text: string) => said.push(text) } };
  return { desk: desk as unknown as Desk, request: approval.request, said };
}

it("is asked for, and is signed with what was typed before", async () => {
  const { desk, request, said } = await waiting();
  answers.push("70000");
  const signed = await sign(desk, request, edit({ to: "Acme", amount: 70_000 }, { confirm: { "args.to": "Acme" } }), true);
  expect(asked).toEqual(["To sign, type what stands at args.amount. Enter for nothing."]);
  expect(said).toEqual([expect.stringContaining("Nothing was signed yet")]);
  expect(signed).toMatchObject({ status: "approved", approvedArgs: { amount: 70_000 } });
  expect(signed.decisions[0]?.decision).toMatchObject({ confirm: { "args.to": "Acme", "args.amount": "70000" } });
});

it("is asked for again until it is right, and left pending when nothing is typed", async () => {
  const { desk, request } = await waiting();
  answers.push("7", "8", "");
  const signing = sign(desk, request, edit({ to: "Acme", amount: 70_000 }, { confirm: { "args.to": "Acme" } }), true);
  expect(await signing.catch((error: unknown) => error instanceof Failure && error.message)).toContain("Left pending");
  expect(asked).toHaveLength(3);
  expect(await desk.gate.get(request.id)).toMatchObject({ status: "pending", args: { amount: 4_200 } });
});

it("is nothing to be asked for where there is no one value, or nobody to ask: the error says which flags are missing", async () => {
  const { desk, request } = await waiting();
  const refused = (amount: number, asks: boolean) =>
    sign(desk, request, edit({ to: "Acme", amount }, { confirm: { "args.to": "Acme" } }), asks).catch((error: unknown) => error);
  const valueless = await refused(20_000, true);
  expect(isCountersignError(valueless, "NOT_CONFIRMED") && valueless.details.valueless).toEqual(["args.note"]);
  expect(explained(valueless).message).not.toContain("--confirm");
  expect(explained(await refused(70_000, false)).message).toContain("Here that is --confirm args.amount=<value>.");
  expect(asked).toEqual([]);
});

it("can be said before, by its path", async () => {
  const { request } = await waiting();
  const given = ["args.to=Acme=Co", "args.amount=70000"];
  expect(await confirmation(request, "edit", given, false)).toEqual({ "args.to": "Acme=Co", "args.amount": "70000" });
  expect(await confirmation(request, "edit", ["Acme"], false)).toEqual({ "args.to": "Acme" });
  await expect(confirmation(request, "approve", given, false)).rejects.toThrow("Say for each of args.to");
});

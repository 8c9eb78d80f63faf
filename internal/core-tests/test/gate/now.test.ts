// The time that a policy sees: one for each call, and not that of an earlier call.
import { createGate, definePolicy, type PolicyCall } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const isNight = ({ now }: Pick<PolicyCall, "now">): boolean => now.getUTCHours() >= 18;

it.each([false, true])("is that of the call, also where a model uses its ids again in one run (history: %s)", async (history) => {
  let at = Date.UTC(2026, 10, 30, 17, 59, 50);
  const now = (): number => at;
  const policy = definePolicy({ tools: { read: { history, deny: isNight, ask: () => false } } });
  const gate = createGate({ policy, store: memoryStore({ now }), now, warn: () => {} });
  const ran: number[] = [];
  const read = (): number => ran.push((at += 20_000));
  const again = call("call_0", "read", {});
  const runner = createRunner(gate, { model: scripted([again], [again]), tools: { read } });
  await runner.start("t", "go");
  expect(ran).toHaveLength(1);
});

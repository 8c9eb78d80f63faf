import {
  approve,
  definePolicy,
  isCountersignError,
  reject,
  type ApprovalRequest,
  type Decision,
  type Grant,
  type Principal,
  type Remember,
} from "@countersign/core";
import { testGate } from "@countersign/testing";

export const remember = ["exact-args", "tool"] as const;
export const policy = definePolicy({
  tools: {
    pay: {
      deny: ({ args }) => Number(args["amount"]) > 9_000,
      ask: ({ args }) => Number(args["amount"]) > 10,
      review: { roles: ["finance"], remember },
    },
    exact: { ask: true, review: { remember: ["exact-args"] } },
    plain: "ask",
    pair: { ask: true, review: { quorum: 2, remember } },
    eyes: { ask: true, review: { fourEyes: true, remember } },
    refund: { ask: true, review: { remember } },
  },
});
export const alice: Principal = { id: "alice", roles: ["finance"] };
export const HOUR = 3_600_000;
export type Setting = ReturnType<typeof setting>;

export function setting(over: Parameters<typeof testGate>[1] = {}) {
  const gate = testGate(policy, over);
  let keys = 0;
  const ask = (tool: string, amount = 50, { thread = "t", by = "bob" }: { thread?: string; by?: string } = {}) =>
    gate.ask({ threadId: thread, requestedBy: by, tool, args: { amount }, key: `k${keys++}` });
  const pending = async (...of: Parameters<typeof ask>): Promise<ApprovalRequest> => {
    const approval = await ask(...of);
    if (approval.status !== "pending") throw new Error(`not pending but ${approval.status}`);
    return approval.request;
  };
  /** Asks, and decides with a wish to remember it. */
  const grant = async (wish: Remember, { tool = "pay", amount = 50, by = alice, say = approve } = {}) => {
    const request = await pending(tool, amount);
    await gate.decide(request, say({ remember: wish }), { by });
    return (await gate.grants()).find(({ requestId }) => requestId === request.id) as Grant;
  };
  return { gate, ask, pending, grant };
}
export const no = (options: { remember: Remember }): Decision => reject("not that one", options);
export const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore
export const usesOf = async ({ gate }: Setting, id: string) => (await gate.grants()).find((grant) => grant.id === id)?.uses;

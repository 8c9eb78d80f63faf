import { definePolicy, type Policy } from "@countersign/core";

/** What an agent asks about. */
export interface Call {
  readonly key: string;
  readonly tool: string;
  readonly args: { readonly [name: string]: unknown };
}

export const policy: Policy = definePolicy({
  tools: {
    pay: { ask: true, review: { roles: ["finance"] } },
    checked: { ask: true, review: { roles: ["finance"], confirm: "args.amount" } },
    twice: { ask: true, review: { roles: ["finance"], quorum: 2 } },
    soon: { ask: true, review: { roles: ["finance"], expiresIn: "3s" } },
  },
});

import type { Issue } from "./json.ts";
import type { ReviewTerms } from "./terms.ts";

/** What the policy says of a call. */
export type Verdict =
  | { readonly type: "allow" }
  | {
      readonly type: "ask";
      readonly rule: string;
      /** Which of the rule's tiers asks, from 1. Absent: the rule has none, or a guard rail asks alone. */
      readonly tier?: number | undefined;
      readonly reason: string;
      readonly terms: ReviewTerms;
    }
  | { readonly type: "deny"; readonly rule: string; readonly reason: string }
  /** The arguments don't fit the rule's schema: back to the model, nobody is asked. */
  | { readonly type: "invalid"; readonly issues: readonly Issue[] };

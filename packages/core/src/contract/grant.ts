import type { Principal } from "./principal.ts";
import type { ReviewTerms } from "./terms.ts";

/**
 * A remembered decision. It decides later calls of the same tenant, agent, namespace and tool, asked for by the same
 * requester, that the policy asks about. Times are Unix ms.
 */
export interface Grant {
  readonly id: string;
  readonly scope: "exact-args" | "tool";
  readonly decision: "approve" | "reject";
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly agent: string;
  readonly within: "thread" | "requester";
  /** The only thread that it holds in. Undefined: in all threads of its requester. */
  readonly threadId: string | undefined;
  /** The id of whoever asked; it holds for their calls alone. Undefined: nobody was named, and nobody may be. */
  readonly requestedBy: string | undefined;
  /** Of the only arguments that it holds for. Undefined: any that the policy asks about. */
  readonly digest: string | undefined;
  /** Of what the tool's schema added to them (`proposal.parsed`): once it adds something else, people are asked. Absent: not known. */
  readonly parsedDigest?: string | undefined;
  /** The request that it was given on, which has the arguments. */
  readonly requestId: string;
  /** What the model is told when it rejects. */
  readonly message: string | undefined;
  /** Those that it was given under: whoever may sign under them may revoke it. */
  readonly terms: ReviewTerms;
  readonly by: Principal;
  /** How many calls it can still decide. */
  readonly uses: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

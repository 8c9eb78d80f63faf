import type { Principal } from "./principal.ts";

/** A remembered decision. The records have room for it; nothing makes or uses one yet. */
export interface Grant {
  readonly id: string;
  readonly scope: "exact-args" | "tool";
  readonly decision: "approve" | "reject";
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly agent: string;
  readonly within: "thread" | "requester";
  readonly by: Principal;
  readonly uses: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
}

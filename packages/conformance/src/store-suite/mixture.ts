import type { RequestRecord, RequestState } from "@countersign/core/store";
import { FAR, request, T0 } from "./records.ts";

const STATES: readonly RequestState[] = [
  ...(["pending", "pending", "pending", "approved", "executing", "done", "failed", "unknown"] as const),
  ...(["rejected", "expired", "cancelled"] as const),
];
const TERMS: readonly RequestRecord["terms"][] = [
  {},
  { roles: ["finance"] },
  { roles: ["finance", "legal"], fourEyes: true },
  { reviewers: ["bob", "carol"] },
  { roles: ["legal"], reviewers: ["alice"], quorum: 2 },
  { fourEyes: true },
];

/** Always the same requests, of every state and kind, in no particular order of ids and times. */
export function mixture(count: number): readonly RequestRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const draw = dice(n);
    const state = draw(STATES);
    const asker = draw(["alice", "bob", undefined]);
    const signer = draw(["alice", "bob", "carol", undefined, undefined]);
    return request(`${draw(["a", "b", "c"])}-${n}`, {
      state,
      terms: draw(TERMS),
      tool: draw(["tool-0", "tool-1", "tool-2"]),
      agent: draw(["agent-0", "agent-1"]),
      threadId: draw(["thread-0", "thread-1", "thread-2", "thread-3"]),
      proposal: { digest: draw(["digest-1", "digest-0"]), by: undefined },
      requestedBy: asker === undefined ? undefined : { id: asker },
      decisions: signer === undefined ? [] : [signed(signer, draw(["digest-1", "digest-0"]))],
      askedAt: T0 + draw([0, 1, 2, 3, 5, 8, 13, 21]),
      expiresAt: draw([undefined, T0 + 50, T0 + 51, T0 + 60, FAR]),
    });
  });
}

/** An approval of these arguments. */
export function signed(by: string, digest: string): RequestRecord["decisions"][number] {
  return { decision: { type: "approve" }, by: { id: by }, at: T0, via: undefined, digest, signature: undefined };
}

/** Draws that look random and are the same in every run. */
function dice(seed: number): <T>(from: readonly T[]) => T {
  let state = (seed + 1) * 2_654_435_761;
  return (from) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[(state >>> 8) % from.length] as (typeof from)[number];
  };
}

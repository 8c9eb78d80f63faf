import { isStopped, type ApprovalRequest, type Background, type Gate } from "@countersign/core";

/** What a row of a list says beside the request. */
export type Around = Pick<Background, "duplicates" | "freezes">;

/** Of each of these that waits: the same call elsewhere, and what is frozen. Those of one call are looked for once. */
export async function around(gate: Gate, requests: readonly ApprovalRequest[]): Promise<ReadonlyMap<string, Around>> {
  const waiting = requests.filter(({ status }) => status === "pending");
  if (waiting.length === 0) return new Map();
  const calls = new Map(waiting.map((request) => [request.proposal.digest, request]));
  const [freezes, ...asked] = await Promise.all([
    gate.freezes(),
    ...[...calls.values()].map(async (one) => [one.proposal.digest, [one, ...(await gate.duplicates(one))]] as const),
  ]);
  const all = new Map(asked);
  return new Map(
    waiting.map((request) => {
      const duplicates = (all.get(request.proposal.digest) ?? []).filter(({ id }) => id !== request.id).slice(0, MOST);
      return [request.id, { duplicates, freezes: freezes.filter((freeze) => isStopped(freeze, request)) }];
    }),
  );
}

/** `gate.duplicates` answers no more. */
const MOST = 50;

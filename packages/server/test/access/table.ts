import { approve } from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { ENDPOINTS } from "../../src/routes/endpoints.ts";
import { CALLERS, desk, DORA, type Answer, type CallerName, type Desk } from "../support/desk.ts";

export type Who = CallerName | "nobody";
const WHO: readonly Who[] = ["nobody", ...Object.keys(CALLERS).filter((name): name is CallerName => name !== "agentless key")];

/** What is there when somebody calls: a payment that waits for finance, a dismissal that waits for others, an unknown outcome, a grant, a freeze. */
interface World extends Desk {
  readonly id: string;
  readonly digest: string;
  readonly unknownId: string;
  readonly grantId: string;
  readonly freezeId: string;
  /** Of the feed, before anything was there. */
  readonly position: string;
}

interface Row {
  /** The endpoint's. */
  readonly id: string;
  readonly what: string;
  readonly call: (world: World, who: Who) => Promise<Answer>;
  /** What the cell says beside the status. */
  readonly says?: (answer: Answer) => string;
}

const items = ({ body }: Answer): string => ` (${String(body.items.length)})`;

export const ROWS: readonly Row[] = [
  row("getMe", "Who am I"),
  { ...row("listRequests", "List requests (of 4)"), says: items },
  row("getRequest", "Read a request"),
  row("getHistory", "Read its history"),
  row("decide", "Approve it", ({ digest }) => ({ digest, decision: { type: "approve" } })),
  {
    ...row("decideTogether", "Approve several, it among them", ({ id, digest }) => ({
      items: [{ id, digest }],
      decision: { type: "approve" },
    })),
    says: ({ body }) => `, it: ${String(body.items[0].status)}`,
  },
  row("previewEdit", "See what an edit of it would be", ({ digest }) => ({
    digest,
    args: { to: "Acme", amount: 99, iban: "DE89370400440532013000" },
  })),
  { ...row("listDecisions", "List one's own decisions (of 2)"), says: items },
  row("cancel", "Withdraw it", () => ({ reason: "not needed" })),
  row("settle", "Settle an unknown outcome", () => ({ retry: true })),
  { ...row("listGrants", "List grants (of 1)"), says: items },
  row("revokeGrant", "Revoke a grant"),
  { ...row("listFreezes", "List freezes (of 1)"), says: items },
  row("freeze", "Freeze the tool", () => ({ tool: "send_payment", reason: "wrong bank" })),
  row("freeze", "Freeze everything", () => ({ reason: "stop" })),
  row("liftFreeze", "Lift a freeze"),
  {
    ...row("listEvents", "Read what happened since (of 12 events)"),
    call: (world, who) => world.call(who, "GET", `/v1/events?after=${world.position}`),
    says: items,
  },
  row("listThreads", "List threads"),
  row("listAudit", "Read the audit trail"),
  row("verifyAudit", "Verify the audit trail"),
];

/** A call of an endpoint about what is there. */
function row(id: string, what: string, body?: (world: World) => unknown): Row {
  const found = ENDPOINTS.find((each) => each.id === id);
  if (!found) throw new Error(`There is no endpoint ${id}.`);
  const { method, path } = found;
  const call: Row["call"] = (world, who) => {
    const ids: Record<string, string> = { settle: world.unknownId, revokeGrant: world.grantId, liftFreeze: world.freezeId };
    return world.call(who, method.toUpperCase(), path.replace("{id}", ids[id] ?? world.id), body?.(world));
  };
  return { id, what, call };
}

async function made(): Promise<World> {
  const made = desk();
  const { gate, payment, firing, unknown } = made;
  const position = await createFeed(gate).position();
  const { id: unknownId } = await unknown("unknown");
  const { id, proposal } = await payment("one");
  await firing("two");
  const given = await payment("given", 1, { id: DORA.id });
  await gate.decide(given, approve({ remember: { scope: "exact-args" } }), { by: { id: "fiona", roles: ["finance"] } });
  await gate.cancel(given.id, { by: DORA, reason: "only the grant is wanted" });
  const [grant] = await gate.grants();
  const { id: freezeId } = await gate.freeze({ tool: "send_payment" }, { by: { id: "oscar", roles: ["ops"] }, reason: "wrong bank" });
  return { ...made, id, digest: proposal.digest, unknownId, grantId: grant?.id ?? "", freezeId, position };
}

/** What each route answers to each kind of caller, as Markdown. */
export async function accessTable(): Promise<string> {
  const lines = [`| | ${WHO.join(" | ")} |`, `|---|${WHO.map(() => "---").join("|")}|`];
  for (const { what, call, says } of ROWS) {
    const cells = [];
    for (const who of WHO) {
      const answer = await call(await made(), who);
      cells.push(`${answer.status}${answer.status === 200 && says ? says(answer) : ""}`);
    }
    lines.push(`| ${what} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

import type { ApprovalRequest, Duration, RequestQuery } from "@countersign/core";
import { Option, type Command } from "commander";
import { signer, type Room } from "../desk.ts";
import { usage } from "../failure.ts";
import { duration, msOf, whole } from "../settings/values.ts";

type Order = NonNullable<RequestQuery["order"]>;

export interface FilterOptions {
  readonly status?: ApprovalRequest["status"] | "all";
  readonly execution?: ApprovalRequest["execution"];
  readonly tool?: string;
  readonly agent?: string;
  readonly thread?: string;
  readonly requestedBy?: string;
  readonly decidedBy?: string;
  readonly search?: string;
  readonly olderThan?: Duration;
  readonly mine?: boolean;
  readonly visible?: boolean;
  readonly order?: Order;
  readonly newest?: boolean;
  readonly limit: number;
  readonly after?: string;
}

export function withFilters(command: Command): Command {
  return command
    .addOption(
      new Option("--status <status>", "what was decided (default: pending)").choices(["pending", "approved", "rejected", "expired", "cancelled", "all"]), // prettier-ignore
    )
    .addOption(new Option("--execution <state>", "what came of it").choices(["none", "executing", "done", "failed", "unknown"]))
    .option("--tool <name>", "calls of this tool")
    .option("--agent <name>", "asked by this agent")
    .option("--thread <id>", "of this conversation")
    .option("--requested-by <id>", "asked on behalf of this person")
    .option("--decided-by <id>", "signed by this person, whatever became of it")
    .option("--search <text>", "with these words in id, tool, agent, requester or thread")
    .option("--older-than <time>", "asked longer ago than this", duration)
    .option("--mine", "only what you may sign")
    .option("--visible", "only what concerns you, whatever became of it: you may or could sign it, have signed it, or asked for it")
    .addOption(new Option("--order <order>", "which come first (default: oldest)").choices(["deadline", "oldest", "newest"]))
    .option("--newest", "newest first")
    .option("--limit <n>", "at most so many", whole(1, 1_000), 50)
    .option("--after <cursor>", "go on after the page that named this cursor");
}

/** What was looked for without a status has a status of its own: what came of a call, or what somebody has signed. */
export function queryOf(room: Room, options: FilterOptions): RequestQuery {
  const { execution, tool, agent, thread, requestedBy, decidedBy, search, olderThan, mine, visible, limit, after } = options;
  const isPast = (execution !== undefined && execution !== "none") || decidedBy !== undefined || visible === true;
  const status = options.status ?? (isPast ? "all" : "pending");
  const order = orderOf(options);
  return {
    ...(status !== "all" && { status }),
    ...(execution !== undefined && { execution }),
    ...(tool !== undefined && { tool }),
    ...(agent !== undefined && { agent }),
    ...(thread !== undefined && { threadId: thread }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(decidedBy !== undefined && { decidedBy }),
    ...(search !== undefined && { search }),
    ...(olderThan !== undefined && { askedBefore: Date.now() - msOf(olderThan) }),
    ...(mine && { reviewableBy: signer(room) }),
    ...(visible && { visibleTo: signer(room) }),
    ...(order !== undefined && { order }),
    ...(after !== undefined && { after }),
    limit,
  };
}

function orderOf({ order, newest }: FilterOptions): Order | undefined {
  if (newest && order !== undefined && order !== "newest") throw usage(`--newest and --order ${order} exclude each other.`);
  return newest ? "newest" : order;
}

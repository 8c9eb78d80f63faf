import type { ApprovalRequest, RequestQuery } from "@countersign/core";
import { Option, type Command } from "commander";
import { signer, type Room } from "../desk.ts";
import { whole } from "../settings/values.ts";

export interface FilterOptions {
  readonly status: ApprovalRequest["status"] | "all";
  readonly execution?: ApprovalRequest["execution"];
  readonly tool?: string;
  readonly agent?: string;
  readonly thread?: string;
  readonly requestedBy?: string;
  readonly mine?: boolean;
  readonly newest?: boolean;
  readonly limit: number;
  readonly after?: string;
}

export function withFilters(command: Command): Command {
  return command
    .addOption(
      new Option("--status <status>", "what was decided").choices(["pending", "approved", "rejected", "expired", "cancelled", "all"]).default("pending"), // prettier-ignore
    )
    .addOption(new Option("--execution <state>", "what came of it").choices(["none", "executing", "done", "failed", "unknown"]))
    .option("--tool <name>", "calls of this tool")
    .option("--agent <name>", "asked by this agent")
    .option("--thread <id>", "of this conversation")
    .option("--requested-by <id>", "asked on behalf of this person")
    .option("--mine", "only what you may sign")
    .option("--newest", "newest first")
    .option("--limit <n>", "at most so many", whole(1, 1_000), 50)
    .option("--after <cursor>", "go on after the page that named this cursor");
}

/** An execution implies that it was approved, unless somebody says otherwise. */
export function queryOf(room: Room, options: FilterOptions, statusGiven: boolean): RequestQuery {
  const { status, execution, tool, agent, thread, requestedBy, mine, newest, limit, after } = options;
  const anyStatus = status === "all" || (execution !== undefined && execution !== "none" && !statusGiven);
  return {
    ...(!anyStatus && { status }),
    ...(execution !== undefined && { execution }),
    ...(tool !== undefined && { tool }),
    ...(agent !== undefined && { agent }),
    ...(thread !== undefined && { threadId: thread }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(mine && { reviewableBy: signer(room) }),
    ...(newest && { order: "newest" as const }),
    ...(after !== undefined && { after }),
    limit,
  };
}

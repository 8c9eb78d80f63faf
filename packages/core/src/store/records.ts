import type { Grant } from "../contract/grant.ts";
import type { JsonObject } from "../contract/json.ts";
import type { RecordedParse } from "../contract/parsed.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { Usage } from "../contract/usage.ts";

/**
 * Where a request stands. Users see it as `status` and `execution`. `purged`: it had finished, and all but what it takes
 * to recognise it is gone; its `status` and `execution` say how it ended. Lists and counts pass it over, and it never runs.
 */
export type RequestState =
  | "pending"
  | "approved"
  | "executing"
  | "done"
  | "failed"
  | "unknown"
  | "rejected"
  | "expired"
  | "cancelled"
  | "purged";

/**
 * A request with its execution, as stores keep it. Each thing is said once: what users see as `status`, `execution`,
 * `receipt`, `approvedArgs` and `argsSchema` follows from it.
 */
export interface RequestRecord extends Omit<
  ApprovalRequest,
  "status" | "execution" | "receipt" | "approvedArgs" | "argsSchema" | "proposal"
> {
  readonly state: RequestState;
  /** The state in which a purged request had ended. */
  readonly was?: Exclude<RequestState, "purged"> | undefined;
  /** What would run if it were signed now, and what runs once it is. */
  readonly proposal: Omit<ApprovalRequest["proposal"], "args" | "parsed"> & {
    /** Absent: the model's. */
    readonly args?: JsonObject | undefined;
    readonly parsed?: RecordedParse | undefined;
  };
  /** Of the JSON Schema of the arguments: it is kept once, as a thread of its own. */
  readonly argsSchemaHash?: string | undefined;
  /** Unix ms: when the execution ended, or was found to be unknown. */
  readonly endedAt?: number | undefined;
  readonly idempotent: boolean;
  /** JSON; absent until done. */
  readonly result: unknown;
  readonly error: string | undefined;
  /** What the tool got, where its schema made something else of the arguments that were signed. */
  readonly ranWith?: JsonObject | undefined;
  /** The request under whose effect this one was asked: a nested agent. */
  readonly parent: string | undefined;
  /** Asked by hand and executed by hand, perhaps much later: the end of an invocation doesn't withdraw it. */
  readonly ticket?: boolean | undefined;
  /** Paths of the arguments that only the tool gets to see. */
  readonly redact?: readonly string[] | undefined;
  /** `executeWithin` of the terms, in ms; the deadline is the last decision of the turn plus this. */
  readonly executeWithin: number | undefined;
  /** Unix ms: when the next reminder or escalation is due. Absent when none is left, and for what is not pending. */
  readonly noticeAt?: number | undefined;
  /** Claims so far, also those that were given back as not started. */
  readonly attempt: number;
  /** A nonce of one claim, not of a process. */
  readonly holder: string | undefined;
  /** Unix ms; 0 without a claim. */
  readonly leaseUntil: number;
  /** Number and hash of the last event of this record's chain. */
  readonly seq: number;
  readonly head: string;
}

/** As JSON. */
interface RecordedOutcome {
  readonly text: string;
  /** Absent where the framework keeps it. */
  readonly output?: unknown;
  readonly usage?: Usage | undefined;
  readonly lastAgent?: string | undefined;
}

/**
 * What rules that count have asked about a thread's calls, and what it comes to over those that have finished: nothing of that
 * changes again, so it is kept as long as nobody purges them. The others are read anew by each count.
 */
export interface CountedCalls {
  /** Id of the last request that was looked at, in the order in which they were recorded. */
  readonly through: string;
  /** Ids of those up to there that had not finished. */
  readonly left: readonly string[];
  /** The latest question last. */
  readonly totals: readonly CallTotal[];
}

/** How many calls of a tool, whose name may have wildcards; with a path, the sum of the numbers there. */
export interface CallTotal {
  readonly tool: string;
  readonly path?: string | undefined;
  /** Null: there is none, because one of the calls has no number there. */
  readonly total: number | null;
}

export interface ThreadRecord {
  readonly id: string;
  readonly version: number;
  readonly state: "live" | "closed";
  /** Requests of this thread that are pending or unknown. Changed by `add` alone, never by `put`. */
  readonly open: number;
  /** Goes up with every new holder: writes of an older one are refused. */
  readonly fence: number;
  readonly holder: string | undefined;
  /** Unix ms; 0 when free. */
  readonly leaseUntil: number;
  /** Unix ms: not due before. Two values are no times: see `NEVER` and `GIVEN_UP`. */
  readonly notBefore: number;
  /** How often the run has failed in a row, for reasons of its own. A process that died with it counts. */
  readonly attempts: number;
  readonly lastError: string | undefined;
  /** Unix ms: the first failure of this row. */
  readonly failingSince?: number | undefined;
  /** In ms: how long workers waited after the last failure, whatever it was. */
  readonly pause?: number | undefined;
  /** The fence of whoever let go of the thread last. When the next one takes it, those in between have died. */
  readonly releasedFence?: number | undefined;
  readonly tenant: string;
  readonly agent: string;
  readonly framework: string;
  /** As given to start: a resume in another process needs them. */
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  /** As given to start, until something of the run is saved: a start that died begins again with it. */
  readonly input?: unknown;
  readonly continuation: Uint8Array | undefined;
  /** Absent until a rule counts. */
  readonly counted?: CountedCalls | undefined;
  /** What the last completed run answered, so that a later resume answers the same. */
  readonly outcome: RecordedOutcome | undefined;
  /** Unix ms. Absent while it is live, and once what it held was purged. */
  readonly closedAt?: number | undefined;
  /** Number of the event that stands for all before it, once a purge has removed those: the chain begins there. */
  readonly purgedSeq?: number | undefined;
  readonly seq: number;
  readonly head: string;
}

export interface GrantRecord {
  readonly id: string;
  readonly version: number;
  readonly tenant: string;
  /** How many are left. Changed by `add` alone, never by `put`. */
  readonly uses: number;
  /** As it was given: its `uses` are those that it began with. */
  readonly grant: Grant;
  readonly revokedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly seq: number;
  readonly head: string;
}

import type { AllowedCall, InvalidCall } from "./contract/call.ts";
import { DEFAULTS, type Limits, type Timings } from "./contract/defaults.ts";
import type { Gate } from "./contract/gate.ts";
import type { Duration } from "./contract/json.ts";
import type { Policy } from "./contract/policy.ts";
import { principalSchema } from "./contract/principal.ts";
import type { Reviewer } from "./contract/reviewer.ts";
import type { Store } from "./contract/store.ts";
import { cancel } from "./decide/cancel.ts";
import { decide, preview } from "./decide/decide.ts";
import { freeze, lift } from "./decide/freeze.ts";
import { grants, revoke } from "./decide/grants.ts";
import { approvesAll } from "./decide/reviewer.ts";
import { wait } from "./decide/wait.ts";
import { demand, demandFunctions, demandOptions } from "./errors/demand.ts";
import { CountersignError } from "./errors/error.ts";
import { tellingFaults } from "./gate/faults.ts";
import { readCap, readId, readQuery } from "./gate/given.ts";
import { type Kernel, gatingInternalsOf, withInternals } from "./kernel.ts";
import { background } from "./ledger/background.ts";
import { FreezeWatch } from "./ledger/freeze-watch.ts";
import { readFreezes } from "./ledger/freezes.ts";
import { Ledger, portOf } from "./ledger/ledger.ts";
import { RequestLimits } from "./ledger/limits.ts";
import { count, current, list } from "./ledger/list.ts";
import { purge } from "./ledger/purge.ts";
import { threads } from "./ledger/threads.ts";
import { duplicates } from "./ledger/duplicates.ts";
import { history } from "./ledger/subjects.ts";
import { verify } from "./ledger/verify.ts";
import { policyInternals } from "./policy/policy.ts";
import { settle } from "./resume/settle.ts";
import { askByHand, executeTicket } from "./run/by-hand.ts";
import { meeting } from "./run/met.ts";
import { readLimits, readName, readTimings } from "./settings.ts";

export interface GateOptions<Tools = unknown, Context = unknown> {
  /** Absent: a gate that only decides (CLI, server). The agent's own policy then re-checks an edit before it runs. */
  policy?: Policy<Tools, Context> | undefined;
  store: Store;
  /** Every record belongs to one tenant, and no read or write of this gate crosses it. Default `"default"`. */
  tenant?: string | undefined;
  /**
   * The application's name: the agent of the calls that no runner makes, by hand (`gate.ask`) and natively. Remembered
   * decisions hold for one agent, freezes name one, and conditions see it as `agent`. A runner has a name of its own. Default: none;
   * calls by hand then have the agent `""`, and native ones that of their framework.
   */
  agent?: string | undefined;
  /** Asked in this process after a request is recorded. Default: nobody; requests wait for people elsewhere. */
  reviewer?: Reviewer | undefined;
  /** How long a call waits for the in-process reviewer before it suspends: 24 days at most. Default 60s. */
  reviewWithin?: Duration | undefined;
  /**
   * Told of each call that the policy allows and nothing records, right before it runs. Every such call waits for it: it may
   * note something, and do nothing else. What it throws is passed over.
   */
  onAllowed?: ((call: AllowedCall) => void) | undefined;
  /**
   * Told of each call whose arguments don't fit the rule's schema, or the tool's where the framework tells: no person sees
   * these calls, and a model that can't call a tool is a fault. Count them. What this throws is passed over.
   */
  onInvalid?: ((call: InvalidCall) => void) | undefined;
  /**
   * How many requests that were asked within a minute may wait for people: in one thread (default 100), and of one requester
   * (default 1,000). `false`: any number. Further ones are refused with TOO_MANY_REQUESTS.
   */
  limits?: Partial<Limits> | undefined;
  /** Leases, and how often workers look. The defaults suit production; tests shorten them. */
  timings?: Timings | undefined;
  /** Unix ms. Default: the store's clock for deadlines, the process's for its own leases. */
  now?: (() => number) | undefined;
  /** Default: standard error. */
  warn?: ((message: string) => void) | undefined;
}

const OPTIONS: { readonly [K in keyof Required<GateOptions>]: true } = {
  policy: true,
  store: true,
  tenant: true,
  agent: true,
  reviewer: true,
  reviewWithin: true,
  onAllowed: true,
  onInvalid: true,
  limits: true,
  timings: true,
  now: true,
  warn: true,
};

/**
 * The gate. Synchronous; it opens nothing and owns nothing: whoever made the store closes it.
 * @example const gate = createGate({ policy, store: sqliteStore("countersign.db") })
 * @throws SETUP for a store, policy, tenant, agent, reviewer, function, limit or duration that isn't one, and for an option that there isn't, also in `limits` and `timings`
 */
export function createGate<Tools = {}, Context = unknown>(options: GateOptions<Tools, Context>): Gate<Tools, Context> {
  demandOptions(options, Object.keys(OPTIONS), "createGate({ policy, store })");
  demandFunctions(options, ["onAllowed", "onInvalid", "now", "warn"], "createGate({ policy, store, warn: (message) => log(message) })");
  const { policy, store, reviewer } = options;
  demand(reviewer === undefined || isReviewer(reviewer), reviewer, "reviewer", REVIEWER);
  const kernel = kernelOf(options);
  const { ledger } = kernel;
  warnAtStart(kernel, reviewer, store);

  const gate: Gate<Tools, Context> = {
    policy,
    store,
    get: (id) => meeting(() => current(ledger, readId(id, "gate.get(request.id)"))),
    list: (query) => meeting(() => list(ledger, readQuery(query))),
    count: (query, given) => meeting(async () => count(ledger, readQuery(query), readCap(given))),
    duplicates: (request) => meeting(() => duplicates(ledger, request)),
    background: (request) => meeting(() => background(ledger, request)),
    threads: (query) => meeting(() => threads(ledger, query)),
    decide: (seen, decision, given) => meeting(() => decide(kernel, seen, decision, given)),
    preview: (seen, decision, given) => meeting(() => preview(kernel, seen, decision, given)),
    wait: (id, given) => meeting(() => wait(kernel, id, given)),
    cancel: (id, given) => meeting(() => cancel(kernel, id, given)),
    settle: (id, outcome, given) => meeting(() => settle(kernel, id, outcome, given)),
    grants: (query) => meeting(() => grants(kernel, query)),
    revokeGrant: (id, given) => meeting(() => revoke(kernel, id, given)),
    freeze: (scope, given) => meeting(() => freeze(kernel, scope, given)),
    freezes: () => meeting(async () => (await readFreezes(ledger))?.inForce ?? []),
    liftFreeze: (id, given) => meeting(() => lift(kernel, id, given)),
    history: (id) => history(ledger, readId(id, "gate.history(request.id)")),
    verify: (given) => meeting(() => verify(ledger, given)),
    purge: (given) => meeting(() => purge(ledger, given)),
    ask: (call) =>
      meeting(async () => {
        return (await askByHand(gatingInternalsOf(self), call)) as never;
      }),
    execute: (approval, effect) => meeting(() => executeTicket(kernel, approval, effect)),
  };
  const self = withInternals(gate, { kernel, reviewer });
  return self;
}

const REVIEWER = 'createGate({ policy, store, reviewer: { as: { id: "alice" }, review: (request) => approve() } })';

/** Else it would be found out when the first call waits for it. */
function isReviewer({ as, review }: Partial<Reviewer>): boolean {
  return typeof review === "function" && principalSchema.safeParse(as).success;
}

type AnyGateOptions = Omit<GateOptions, "policy"> & { policy?: Policy | undefined };

function kernelOf({
  policy,
  store,
  tenant = DEFAULTS.tenant,
  agent,
  reviewWithin,
  limits,
  onAllowed,
  onInvalid,
  timings,
  now,
  warn,
}: AnyGateOptions): Kernel {
  const internals = policy && policyInternals(policy);
  if (policy && !internals)
    throw new CountersignError("SETUP", {
      hint: "createGate got a policy that nobody defined. Pass what definePolicy, policyFile or loadPolicy returns.",
    });
  const ledger = new Ledger(portOf(store), readName("tenant", tenant), now);
  // oxlint-disable-next-line no-console -- the one place where people look who have not passed a `warn`
  const tell = warn ?? ((message) => console.warn(`countersign: ${message}`));
  return {
    ledger,
    limits: new RequestLimits(ledger, readLimits(limits)),
    freezes: new FreezeWatch(ledger),
    vouched: new Set(),
    policy: internals && tellingFaults(internals, tell),
    agent: agent === undefined ? undefined : readName("agent", agent),
    timings: readTimings(timings, reviewWithin),
    clock: now ?? Date.now,
    onAllowed,
    onInvalid,
    warn: tell,
  };
}

/** What would otherwise be found out when the first payment hangs, or when it didn't. */
function warnAtStart({ policy, warn }: Kernel, reviewer: Reviewer | undefined, store: Store): void {
  if (approvesAll(reviewer))
    warn("dangerouslyApproveAll() signs every call that your policy asks about, and nobody looks at it. Do not use it in production.");
  if (!policy?.compiled.mayAsk || reviewer || store.capabilities.durable || store.capabilities.shared) return;
  warn(
    "The policy can ask, and nobody can answer: there is no reviewer, and other processes can't open this store. " +
      "Pass a reviewer (terminalReviewer()), use a store that others can open (sqliteStore), or decide in this process with gate.decide.",
  );
}

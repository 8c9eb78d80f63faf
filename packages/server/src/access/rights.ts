import { isSamePerson, isStopped, refusalToDecide, termsAt, type ApprovalRequest, type Freeze, type FreezeScope } from "@countersign/core";
import type { Grant, Principal, RequestQuery } from "@countersign/core";
import { partiesOf, partiesOn } from "@countersign/core/store";
import type { Caller } from "./caller.ts";

/** The roles that a server gives rights beyond one's own requests. */
export interface Officers {
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
}

/**
 * Who may what, where the gate leaves it to its holder: what may be seen, cancelled, frozen, lifted. What the gate judges by
 * itself (decide, settle, revoke) is not here. Whoever may not see a thing is answered as if there were no such thing.
 */
export interface Rights {
  readonly isOperator: boolean;
  /** All of the tenant: requests, grants, freezes, threads, the audit trail. Operators, auditors and readers. */
  readonly seesAll: boolean;
  /** Does the gate have to be asked whether they may decide, settle or revoke? Keys of agents, readers and operators never do. */
  readonly maySign: boolean;
  /** The trail of everything that happened, and whether it is whole. */
  readonly seesTrail: boolean;
  /** Threads have no reviewers: only who sees all has them, and an agent its own. */
  readonly seesThreads: boolean;
  readonly mayLift: boolean;
  /** The query, of what they see alone. Undefined: that is nothing. */
  narrowed(query: RequestQuery): RequestQuery | undefined;
  /**
   * An agent's key sees what its agent asked; people and bots see what they may decide, could have decided, have decided or asked.
   * What a purge has left has no people any more.
   * @param now Unix ms: whoever is asked as well by then sees it
   */
  sees(request: ApprovalRequest, now: number): boolean;
  /** An agent's key sees the grants of its agent; people see those that they gave, may revoke, or that decide their own calls. */
  seesGrant(grant: Grant): boolean;
  /**
   * Everybody sees what stops the whole tenant, and what they froze themselves. Of other freezes an agent's key sees those that
   * may stop its agent, and people those that stop a call like one that they see.
   * @param seen requests that they see
   */
  seesFreeze(freeze: Freeze, seen: readonly ApprovalRequest[]): boolean;
  seesThreadOf(agent: string): boolean;
  /** Whoever asked, and operators. */
  mayCancel(request: ApprovalRequest): boolean;
  /**
   * Operators freeze anything. Whoever may sign a tool may freeze that tool, by its exact name, for every agent or for one. A gate
   * need not know the policy, so the requests tell who may sign: of each tool that the freeze would stop, one has to invite them.
   * @param asked the last requests of tools of this name in the tenant, whoever may see them
   */
  mayFreeze(scope: FreezeScope, asked: readonly ApprovalRequest[]): boolean;
}

export function rightsOf(caller: Caller, { operators, auditors }: Officers): Rights {
  const { by, kind, agent } = caller;
  const has = (roles: readonly string[]): boolean => kind === "person" && (by.roles ?? []).some((role) => roles.includes(role));
  const isOperator = kind === "operator" || has(operators);
  const seesAll = isOperator || kind === "reader" || has(auditors);
  const isAgent = kind === "agent";
  const acts = kind === "person" || kind === "reviewer-bot";
  const isOwn = (of: string): boolean => isAgent && agent !== undefined && of === agent;
  return {
    isOperator,
    seesAll,
    maySign: acts,
    seesTrail: seesAll,
    seesThreads: seesAll || isAgent,
    mayLift: isOperator,
    narrowed(query) {
      if (seesAll) return query;
      // What somebody may sign, they may see: stores needn't look at that again.
      if (!isAgent) return query.reviewableBy === by ? query : { ...query, visibleTo: by };
      return agent === undefined || (query.agent ?? agent) !== agent ? undefined : { ...query, agent };
    },
    sees(request, now) {
      if (seesAll) return true;
      return isAgent ? isOwn(request.agent) : isParty(by, { ...request, terms: termsNow(request, now) });
    },
    seesGrant(grant) {
      if (seesAll) return true;
      if (isAgent) return isOwn(grant.agent);
      const requestedBy = grant.requestedBy === undefined ? undefined : { id: grant.requestedBy };
      const given = { decision: { type: "approve" }, by: grant.by, at: 0, via: undefined, digest: "", signature: undefined } as const;
      return isParty(by, { terms: grant.terms, requestedBy, decisions: [given] });
    },
    seesFreeze(freeze, seen) {
      if (seesAll || (freeze.tool === undefined && freeze.agent === undefined)) return true;
      if (isAgent) return freeze.agent === undefined || isOwn(freeze.agent);
      return isSamePerson(freeze.by, by) || seen.some((request) => isStopped(freeze, request));
    },
    seesThreadOf: (of) => seesAll || isOwn(of),
    mayCancel: ({ requestedBy }) => isOperator || (acts && requestedBy !== undefined && isSamePerson(by, requestedBy)),
    mayFreeze({ tool, agent: ofAgent }, asked) {
      if (isOperator) return true;
      if (!acts || tool === undefined || tool.includes("*")) return false;
      const scope = ofAgent === undefined ? { tool } : { tool, agent: ofAgent };
      const stopped = asked.filter((request) => isStopped(scope, request));
      const invited = stopped.filter((request) => isInvited(by, request)).map(({ namespace }) => namespace);
      return stopped.length > 0 && stopped.every(({ namespace }) => invited.includes(namespace));
    },
  };
}

type Parties = Pick<ApprovalRequest, "terms" | "requestedBy" | "decisions"> & { readonly policyHash?: string; readonly rule?: string };

/** The same as `visibleTo` of a list, for one record. */
function isParty(by: Principal, { terms, requestedBy, decisions, policyHash, rule }: Parties): boolean {
  const isPurged = policyHash === "" && rule === "";
  const parties = partiesOf({ state: isPurged ? "purged" : "pending", terms, requestedBy, decisions });
  return partiesOn({ visibleTo: by }).every((any) => any.some((party) => parties.includes(party)));
}

function termsNow(request: ApprovalRequest, now: number): ApprovalRequest["terms"] {
  return request.status === "pending" ? termsAt(request, now) : request.terms;
}

/** Would their signature have been one of those that the terms ask for, had nobody decided? */
function isInvited(by: Principal, request: ApprovalRequest): boolean {
  const { requestedBy: _asked, ...anew } = request;
  const open = { ...anew, requestedBy: undefined, status: "pending", decisions: [], expiresAt: undefined } as const;
  return refusalToDecide(open, "reject", { by, now: request.askedAt })?.code !== "NOT_AUTHORIZED";
}

import {
  approve,
  edit,
  isCountersignError,
  reject,
  type FreezeScope,
  type Gate,
  type Principal,
  type Remember,
  type Settlement,
} from "@countersign/core";
import { digestOf } from "./digest.ts";
import { TOOL_FAILED } from "./framework.ts";
import type { Monitor } from "./monitor.ts";
import type { Process } from "./process.ts";
import { NOTICES } from "./scenario.ts";

/** Everybody who touches a request from outside: reviewers, those who withdraw, those who find out what became of it. */
export class People {
  readonly #monitor: Monitor;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
  }

  /** Looks at the list, thinks, decides about what was seen. */
  async review(gate: Gate, who: string): Promise<void> {
    const { world } = this.#monitor;
    const { random } = world;
    for (;;) {
      await world.sleep(50 + random.below(3_000));
      const { items } = await gate.list({ status: "pending" }).catch(none);
      const request = items[random.below(Math.max(1, items.length))];
      if (!request) continue;
      if (random.chance(0.2)) await world.sleep(random.below(20_000));
      const by = person(who);
      const choice = random.next();
      if (!world.healthy && choice < 0.1) {
        await this.#attempt(() => gate.cancel(request.id, { by, reason: "not needed any more" }));
      } else if (choice < 0.65 || (world.healthy && choice < 0.9)) {
        this.#monitor.saw(request.id, who, request.proposal.digest);
        await this.#attempt(() => gate.decide(request, approve(this.#wish()), { by }));
      } else if (choice < 0.85) {
        const args = { amount: 100 + random.below(2) };
        this.#monitor.saw(request.id, who, digestOf(request.tool, args));
        await this.#attempt(() => gate.decide(request, edit(args), { by }));
      } else {
        const then = random.pick<"continue" | "revise" | "stop">(["continue", "continue", "revise", "stop"]);
        const remembers = then === "continue" ? this.#wish() : {};
        if (!world.healthy) await this.#attempt(() => gate.decide(request, reject("no", { then, ...remembers }), { by }));
      }
    }
  }

  /** Now and then a decision shall stand for some calls to come. Terms with a quorum don't offer it. */
  #wish(): { remember?: Remember } {
    const { random, scenario } = this.#monitor.world;
    if (!scenario.grants || scenario.quorum > 1 || random.chance(0.6)) return {};
    const scope = random.pick<Remember["scope"]>(["tool", "exact-args"]);
    const within = random.pick<NonNullable<Remember["within"]>>(["thread", "requester"]);
    return { remember: { scope, within, times: 1 + random.below(2), for: 5_000 + random.below(90_000) } };
  }

  /** Takes remembered decisions back, while calls use them. */
  async revoke(gate: Gate): Promise<void> {
    const { world } = this.#monitor;
    for (;;) {
      await world.sleep(1_000 + world.random.below(20_000));
      const [grant] = [...this.#monitor.grants.keys()].slice(-1);
      if (grant !== undefined) await this.#attempt(() => gate.revokeGrant(grant, { by: person("carol") }));
    }
  }

  /** Stops executions, and lets them go on after a while. */
  async freeze(gate: Gate): Promise<void> {
    const { world } = this.#monitor;
    for (;;) {
      await world.sleep(1_000 + world.random.below(20_000));
      const scope = world.random.pick<FreezeScope>([{}, { tool: "pay" }, { tool: "agent" }, { agent: "payments" }]);
      await this.#attempt(() => gate.freeze(scope, { by: { id: "erin" }, reason: "looks wrong" }));
      await world.sleep(world.random.below(20_000));
      await this.lift(gate);
    }
  }

  /** Ends all that is frozen. */
  async lift(gate: Gate): Promise<void> {
    await this.#attempt(async () => {
      for (const { id } of await gate.freezes()) await gate.liftFreeze(id, { by: { id: "erin" } });
    });
  }

  /** Withdraws what was approved, while it may begin at any moment. */
  async withdraw(gate: Gate): Promise<void> {
    const { world } = this.#monitor;
    for (;;) {
      await world.sleep(1_000 + world.random.below(20_000));
      const { items } = await gate.list({ status: "approved", execution: "none" }).catch(none);
      const [request] = items;
      if (request) await this.#attempt(() => gate.cancel(request.id, { by: { id: "carol" }, reason: "second thoughts" }));
    }
  }

  /** Resolves unknown executions. */
  async settle(gate: Gate): Promise<void> {
    const { world } = this.#monitor;
    for (;;) {
      await world.sleep(500 + world.random.below(5_000));
      const { items } = await gate.list({ execution: "unknown" }).catch(none);
      const [request] = items;
      if (!request || !(world.healthy || world.random.chance(0.5))) continue;
      const outcome = world.random.pick<Settlement>([{ retry: true }, { executed: "settled" }, { failed: TOOL_FAILED }]);
      await this.#attempt(() => gate.settle(request.id, outcome, { by: { id: "dave" } }));
    }
  }

  /** Losing a race is no failure; anything else is. */
  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isCountersignError(error)) throw error;
      const early = error.code === "NOT_AUTHORIZED" && error.details.by.id === "carol" && this.#monitor.world.scenario.notices;
      if (!early && !["ALREADY_DECIDED", "ARGS_CHANGED", "EXPIRED", "CONFLICT", "STORE_UNAVAILABLE"].includes(error.code)) throw error;
      this.#monitor.world.count(`told ${error.code}`);
    }
  }
}

/** Carol is who requests escalate to. */
function person(id: string): Principal {
  return id === "carol" ? { id, roles: NOTICES.escalate.roles } : { id };
}

function none(error: unknown): { readonly items: readonly never[] } {
  if (!isCountersignError(error, "STORE_UNAVAILABLE")) throw error;
  return { items: [] };
}

/** A reviewer in the process that runs the agent: thinks for a while, and sometimes says nothing. */
export function inProcess(
  monitor: Monitor,
  _process: Process,
): { as: { id: string }; review(request: Seen): Promise<ReturnType<typeof approve> | undefined> } {
  const { world } = monitor;
  return {
    as: { id: "tty" },
    async review(request) {
      await world.sleep(world.random.below(25_000));
      if (world.random.chance(0.3)) return undefined;
      if (world.random.chance(0.2)) return reject("not like this");
      monitor.saw(request.id, "tty", request.proposal.digest);
      return approve();
    },
  };
}

interface Seen {
  readonly id: string;
  readonly proposal: { readonly digest: string };
}

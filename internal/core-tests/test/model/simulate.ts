import type { Gate } from "@countersign/core";
import { CLOCK_LAG, type StorePort, type ThreadRecord } from "@countersign/core/store";
import { Agents } from "./agents.ts";
import { audit } from "./audit.ts";
import { Hints } from "./chaos-store.ts";
import { Monitor } from "./monitor.ts";
import { People } from "./people.ts";
import { scenarioOf, type Scenario } from "./scenario.ts";
import { World, type Fault, type Violation } from "./world.ts";

/** A store for one schedule. `now` is the store's clock. */
export interface Stores {
  /** One connection more to the same records. */
  connect(): StorePort;
  close(): Promise<void>;
}

/** What is broken on purpose. */
export interface Distortion {
  readonly store?: (store: StorePort) => StorePort;
  readonly gate?: (gate: Gate) => Gate;
  /** For the whole schedule; answers the way back. */
  readonly surroundings?: () => () => void;
}

export interface Options {
  readonly seed: number;
  readonly open: (now: () => number) => Stores;
  readonly scenario?: Partial<Scenario> | undefined;
  readonly trace?: string[] | undefined;
  /** Between a process and its store, or its gate: how mutants are made. */
  readonly distort?: Distortion | undefined;
}

export interface Result {
  readonly violation: Violation | undefined;
  readonly scenario: Scenario;
  readonly stats: ReadonlyMap<string, number>;
}

/** Steps after which a healthy world should long have come to rest. */
const PATIENCE = 30_000;
const LEASE = 61_000;

/** One schedule: chaos, then a healthy world in which everything must come to an end. The seed says it all. */
export async function simulate({ seed, open, scenario: given, trace, distort = {} }: Options): Promise<Result> {
  const scenario = { ...scenarioOf(seed), ...given };
  const world = new World(scenario, seed, trace);
  const restore = [world.time.install(), distort.surroundings?.()];
  const stores = open(() => world.time.now);
  try {
    const observer = stores.connect();
    const monitor = new Monitor(world, observer);
    const { store = (inner) => inner, gate = (inner) => inner } = distort;
    const run = new Schedule(world, monitor, () => store(stores.connect()), gate);
    await run.chaos();
    await run.recovery();
    if (!world.violation) await audit(monitor, observer);
  } finally {
    for (const process of [...world.processes]) world.kill(process);
    for (const undo of restore) undo?.();
    await stores.close();
  }
  return { violation: world.violation, scenario, stats: world.stats };
}

class Schedule {
  readonly #world: World;
  readonly #monitor: Monitor;
  readonly #hints: Hints;
  readonly #agents: Agents;
  readonly #people: People;
  readonly #threads: readonly string[];

  constructor(world: World, monitor: Monitor, connect: () => StorePort, distort: (gate: Gate) => Gate) {
    this.#world = world;
    this.#monitor = monitor;
    this.#hints = new Hints(world);
    this.#agents = new Agents(world, monitor, this.#hints, connect, distort);
    this.#people = new People(monitor);
    this.#threads = Array.from({ length: world.scenario.threads }, (_, i) => `thread${i}`);
  }

  async chaos(): Promise<void> {
    const { scenario } = this.#world;
    for (const threadId of this.#threads) this.#begin(threadId);
    this.#staff();
    if (scenario.sweep) this.#world.spawn("sweeper", (process) => this.#agents.sweeper(process));
    if (scenario.settle) this.#world.spawn("settler", (process) => this.#people.settle(this.#agents.gate(process, false)));
    if (scenario.grants) this.#world.spawn("revoker", (process) => this.#people.revoke(this.#agents.gate(process, false)));
    if (scenario.freezes) this.#world.spawn("operator", (process) => this.#people.freeze(this.#agents.gate(process, false)));
    if (scenario.flip) this.#world.spawn("withdrawer", (process) => this.#people.withdraw(this.#agents.gate(process, false)));
    for (let step = 0; step < scenario.steps && !this.#world.violation; step++) {
      if (!this.#disturb()) await this.#step(true);
    }
  }

  /** The old processes are gone: a deploy. Nothing fails any more, and everything must come to an end. */
  async recovery(): Promise<void> {
    const world = this.#world;
    for (const process of [...world.processes]) world.kill(process);
    world.healthy = true;
    // A call that a policy allowed and recorded, and that was begun, runs under no policy that asks about it.
    if (world.scenario.counts && world.scenario.flip) world.flipped = true;
    world.time.now += 2 * LEASE;
    this.#staff();
    world.spawn("sweeper", (process) => this.#agents.sweeper(process));
    world.spawn("settler", (process) => this.#people.settle(this.#agents.gate(process, false)));
    world.spawn("operator", (process) => this.#people.lift(this.#agents.gate(process, false)));
    for (let step = 0; !world.violation && !this.#threads.every((threadId) => this.#hasEnded(threadId)); step++) {
      if (step % 300 === 0) for (const threadId of this.#threads) if (this.#isUnknown(threadId)) this.#insist(threadId);
      await this.#step(false);
      if (step > PATIENCE) this.#stuck();
    }
  }

  #staff(): void {
    this.#world.spawn("worker", (process) => this.#agents.worker(process));
    this.#world.spawn("drains", (process) => this.#agents.drains(process));
    for (const who of ["alice", "bob", "carol"])
      this.#world.spawn(who, (process) => this.#people.review(this.#agents.gate(process, false), who));
  }

  #begin(threadId: string): void {
    if (this.#world.scenario.entry === "runner") this.#world.spawn("start", (process) => this.#agents.start(process, threadId));
    else this.#world.spawn("native", (process) => this.#agents.native(process, threadId));
  }

  /** A start that failed is its caller's, who begins again; where a decided call is in the way, that is refused and says: resume. */
  #insist(threadId: string): void {
    this.#begin(threadId);
    this.#world.spawn("resume", (process) => this.#agents.resume(process, threadId));
  }

  /** Something from outside, now and then. False: a normal step. */
  #disturb(): boolean {
    const world = this.#world;
    const { random, scenario } = world;
    const what = random.below(100);
    const threadId = this.#threads[random.below(this.#threads.length)] ?? "";
    if (what < 4 && random.below(scenario.calm) < 5) {
      world.time.now += 1_000 + random.below(2_000);
    } else if (what < 6 && random.below(scenario.calm) === 0) {
      world.note("the clock jumps past a lease");
      world.time.now += LEASE;
    } else if ((what === 6 || what === 12) && scenario.flip) {
      world.flipped = !world.flipped;
      world.note(`the policy flips: it ${world.flipped ? "allows" : "asks"}`);
    } else if (what === 7 && scenario.tamper) this.#tamper();
    else if (what === 8)
      world.spawn("worker", (process) => (random.chance(0.5) ? this.#agents.worker(process) : this.#agents.drains(process)));
    else if ((what === 9 || what === 10) && scenario.tabs) world.spawn("bare", (process) => this.#agents.bare(process, threadId));
    else if (what === 11 && scenario.tabs) world.spawn("resume", (process) => this.#agents.resume(process, threadId));
    else if (what === 14) this.#freeze();
    else if (what === 17 && random.below(scenario.calm) < 5) this.#approach();
    else if (what === 16 && scenario.tickets) world.spawn("ticket", (process) => this.#agents.ticket(process, threadId));
    else if (what === 15 && scenario.tabs && !scenario.flip) world.spawn("native", (process) => this.#agents.again(process, threadId));
    else if (what === 13 && scenario.restart)
      world.spawn("start", (process) => this.#agents.start(process, threadId, random.pick(["refuse", "cancel"])));
    else return false;
    return true;
  }

  #freeze(): void {
    const { processes, random } = this.#world;
    const process = processes[random.below(processes.length)];
    if (!process) return;
    process.frozen = 20 + random.below(200);
    this.#world.note(`${process.name} stands still`);
    if (random.chance(0.3)) this.#world.time.now += LEASE;
  }

  /** Right before or after something ends: there, two clocks that differ by a little differ in what they say. */
  #approach(): void {
    const { random, time } = this.#world;
    const ends = this.#monitor.ends().filter((at) => at > time.now);
    const end = ends[random.below(ends.length)];
    if (end === undefined) return;
    this.#world.note("the clock goes on to the end of a lease, or of a deadline");
    time.now = Math.max(time.now, end - 2 * CLOCK_LAG + random.below(3 * CLOCK_LAG));
  }

  #tamper(): void {
    const { random } = this.#world;
    for (const [threadId, at] of this.#agents.checkpoints) {
      const [first, ...others] = at.calls;
      if (at.phase !== "tools" || !first || random.chance(0.5)) continue;
      this.#world.note(`arguments change under ${threadId}`);
      this.#agents.checkpoints.set(threadId, { ...at, calls: [{ ...first, amount: 7_777 + random.below(2) }, ...others] });
    }
  }

  /** One operation, timer or hint; if nothing can happen, the clock goes on to the next timer. */
  async #step(faults: boolean): Promise<void> {
    const world = this.#world;
    for (const process of world.processes) process.frozen--;
    const ops = world.ops.filter(({ process }) => process.frozen <= 0);
    const due = world.time.due();
    const hints = this.#hints.waiting();
    const choices = ops.length + due.length + hints.length;
    if (choices === 0) {
      world.time.now = Math.max(world.time.now, world.time.next() ?? world.time.now + 1_000);
      return;
    }
    const at = world.random.below(choices);
    const op = ops[at];
    const timer = due[at - ops.length];
    const hint = hints[at - ops.length - due.length];
    if (op) return world.release(op, faults ? this.#fault(op.kind) : "none");
    if (timer) world.time.fire(timer);
    else if (hint) this.#hints.deliver(hint);
    await world.settle();
  }

  #fault(kind: "write" | "read" | "outside"): Fault {
    const faults: readonly Fault[] = ["crash before", "crash after", "answer lost", "not sent"];
    const fault = faults[this.#world.random.below(200)] ?? "none";
    const isLost = fault === "answer lost" || fault === "not sent";
    if (isLost && kind === "outside") return "none";
    return isLost && kind === "read" && this.#world.random.chance(0.8) ? "none" : fault;
  }

  #isUnknown(threadId: string): boolean {
    return (
      !this.#threadOf(threadId) &&
      !this.#hasEnded(threadId) &&
      !this.#world.processes.some(({ name }) => name.startsWith("start") || name.startsWith("native"))
    );
  }

  /** I4: closed; or finished without ever having needed Countersign. */
  #hasEnded(threadId: string): boolean {
    const thread = this.#threadOf(threadId);
    if (thread) return thread.state === "closed";
    const { framework, entry } = this.#world.scenario;
    return this.#agents.checkpoints.get(threadId)?.done === true || (framework === "embedded" && entry === "native");
  }

  /** One that has only seen questions by hand has not begun, and one that nobody was asked about is the application's own. */
  #threadOf(threadId: string): ThreadRecord | undefined {
    const thread = this.#monitor.threads.get(threadId);
    return thread?.framework === "none" || thread?.notBefore === Number.MAX_SAFE_INTEGER ? undefined : thread;
  }

  #stuck(): void {
    const threads = this.#threads.map((threadId) => {
      const { state, open, holder, leaseUntil = 0, notBefore = 0, attempts, lastError } = this.#monitor.threads.get(threadId) ?? {};
      const { now } = this.#world.time;
      const requests = this.#monitor.ofThread(threadId).map((record) => `${record.callId}: ${record.state}`);
      return { threadId, state, open, holder, lease: leaseUntil - now, notBefore: notBefore - now, attempts, lastError, requests };
    });
    this.#world.fail(`I4 a thread never ends: ${JSON.stringify(threads)}`);
  }
}

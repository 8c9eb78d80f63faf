import { fork } from "node:child_process";
import { command } from "./command.ts";
import type { Crew } from "./crew.ts";
import type { Answer, Order } from "./order.ts";

const ENTRY = new URL("./child.ts", import.meta.url);
/** A process is replaced after so many orders, so that nothing it keeps can grow for ever. */
const RETIRES_AFTER = 200;
/** Characters kept of each stream, of each step. */
const PRINTED = 4_000;

/**
 * Processes that carry out orders. Loading a framework takes longer than most orders do, so a process serves many cases;
 * but a case sees one that has not served it before for as long as there is one, and never twice the same in a row.
 */
export class Pool {
  readonly #limit: number;
  readonly #crew = new Set<Crew>();
  /** Each serves one case alone. */
  readonly #reserved = new Set<Crew>();
  readonly #waiting: (() => void)[] = [];
  #gathering: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `served`: who has worked for this case before, the last one at the end; this call adds to it. `only`: this one, if it is still there. */
  async carryOut(order: Order, served: Crew[], only?: Crew): Promise<Answer> {
    return this.#command((only && (await this.#free(only))) ?? (await this.#acquire(served)), order, served);
  }

  /**
   * The same order in several processes at once, each `apart` ms after the one before. They begin when all of them have
   * loaded the framework: else the first would be done before the last is there.
   */
  async carryOutAtOnce(count: number, apart: number, order: Order, served: Crew[]): Promise<readonly Answer[]> {
    const crews = await this.#several(count, served);
    const warm = { ...order, step: { do: "warm" } } as const;
    await Promise.all(crews.map((crew) => command(crew, warm)));
    return Promise.all(
      crews.map(async (crew, index) => {
        await new Promise((resolve) => setTimeout(resolve, apart * index));
        return this.#command(crew, order, served);
      }),
    );
  }

  /** One at a time: two that each hold a few of the last processes would wait for each other for ever. */
  #several(count: number, served: readonly Crew[]): Promise<readonly Crew[]> {
    const gathered = this.#gathering.then(async () => {
      const crews: Crew[] = [];
      while (crews.length < count) crews.push(await this.#acquire(served));
      return crews;
    });
    this.#gathering = gathered.catch(() => {});
    return gathered;
  }

  async #command(crew: Crew, order: Order, served: Crew[]): Promise<Answer> {
    if (served.at(-1) !== crew) served.push(crew);
    try {
      return await command(crew, order);
    } finally {
      crew.busy = false;
      crew.orders++;
      if (hasEnded(crew) || (crew.orders >= RETIRES_AFTER && !this.#reserved.has(crew))) this.#replace(crew, order);
      // All of them look again: what one waits for may not be what became free.
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** A process for one case alone. */
  reserve(): Crew {
    const crew = this.#hire();
    this.#crew.delete(crew);
    this.#reserved.add(crew);
    return crew;
  }

  release(crew: Crew): void {
    this.#dismiss(crew);
  }

  close(): void {
    this.#closed = true;
    for (const crew of [...this.#crew, ...this.#reserved]) this.#dismiss(crew);
  }

  async #free(crew: Crew): Promise<Crew | undefined> {
    if (this.#reserved.has(crew)) return crew;
    while (this.#crew.has(crew)) {
      if (!crew.busy) return take(crew);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return undefined;
  }

  async #acquire(served: readonly Crew[]): Promise<Crew> {
    for (;;) {
      const idle = [...this.#crew].filter(({ busy }) => !busy);
      const fresh = idle.find((crew) => !served.includes(crew));
      if (fresh) return take(fresh);
      if (this.#crew.size < this.#limit) return take(this.#hire());
      const other = served.find((crew) => idle.includes(crew) && crew !== served.at(-1));
      if (other) return take(other);
      const [last] = idle;
      if (last) {
        this.#dismiss(last);
        continue;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Its successor loads the framework right away, before somebody waits for it. */
  #replace(crew: Crew, { place, step }: Order): void {
    this.#dismiss(crew);
    if (!this.#closed && this.#crew.size < this.#limit) this.#hire(step.do === "decide" ? undefined : place.harness);
  }

  /** `harness`: the module that its first order will want, if that is known. */
  #hire(harness?: string): Crew {
    const flags = process.features.typescript === false ? ["--experimental-strip-types"] : [];
    const child = fork(ENTRY, harness === undefined ? [] : [harness], {
      execPath: process.execPath,
      execArgv: ["--no-warnings", ...flags],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const crew: Crew = { child, busy: false, orders: 0, printed: { out: "", err: "" } };
    for (const [stream, name] of [
      [child.stdout, "out"],
      [child.stderr, "err"],
    ] as const)
      // prettier-ignore
      stream?.on("data", (chunk: Buffer) => (crew.printed[name] = (crew.printed[name] + chunk.toString()).slice(-PRINTED)));
    this.#crew.add(crew);
    return crew;
  }

  #dismiss(crew: Crew): void {
    this.#crew.delete(crew);
    this.#reserved.delete(crew);
    if (!hasEnded(crew)) crew.child.kill("SIGKILL");
  }
}

function take(crew: Crew): Crew {
  crew.busy = true;
  return crew;
}

function hasEnded({ child }: Crew): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

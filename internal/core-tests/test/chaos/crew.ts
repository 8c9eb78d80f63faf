import { Child } from "../processes/child-process.ts";
import type { Random } from "../model/random.ts";
import type { Order, Role } from "./plan.ts";

const PROGRAM = new URL("./process.ts", import.meta.url);
const SIZE: { readonly [R in Role]: number } = { starter: 2, reviewer: 2, worker: 3 };

/** The processes of a chaos run. Whoever is killed is replaced at once. */
export class Crew {
  kills = 0;
  /** What processes said that ended of themselves, and badly. */
  readonly bugs: string[] = [];
  readonly #make: (post: Pick<Order, "role" | "number" | "of">) => Order;
  readonly #posts = new Map<string, Child>();
  #closed = false;

  constructor(make: (post: Pick<Order, "role" | "number" | "of">) => Order) {
    this.#make = make;
    for (const role of ["starter", "reviewer", "worker"] as const)
      for (let number = 0; number < SIZE[role]; number++) this.#fill({ role, number, of: SIZE[role] });
  }

  /** kill -9 of one of them, workers twice as often as others. */
  killOne(random: Random): void {
    const role = random.pick<Role>(["worker", "worker", "starter", "reviewer"]);
    const child = this.#posts.get(`${role} ${random.below(SIZE[role])}`);
    if (!child?.isAlive) return;
    this.kills++;
    child.signal("SIGKILL");
  }

  /** Lets them finish. */
  async close(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#posts.values()].map((child) => child.end(signal)));
  }

  #fill(post: Pick<Order, "role" | "number" | "of">): void {
    const child = new Child(PROGRAM, this.#make(post));
    this.#posts.set(`${post.role} ${post.number}`, child);
    void child.ended.then(() => {
      if (child.exitCode === null) {
        if (!this.#closed) this.#fill(post);
      } else if (child.exitCode !== 0) this.bugs.push(`${post.role}: ${child.complaints}`);
    });
  }
}

import type { PostgresServer } from "@countersign/postgres-server";
import type { Random } from "../model/random.ts";

/** Kills the server every few seconds and starts it again, until it is told to stop. */
export class Storm {
  kills = 0;
  readonly #server: PostgresServer;
  readonly #random: Random;
  readonly #raging: Promise<void>;
  #over = false;

  constructor(server: PostgresServer, random: Random, every: number) {
    this.#server = server;
    this.#random = random;
    this.#raging = this.#rage(every);
  }

  /** The server runs afterwards. */
  async calm(): Promise<void> {
    this.#over = true;
    await this.#raging;
  }

  async #rage(every: number): Promise<void> {
    for (;;) {
      await this.#sleep(every * (0.5 + this.#random.next()));
      if (this.#over) return;
      await this.#server.kill();
      this.kills++;
      await this.#sleep(this.#random.below(every / 2));
      await this.#server.start();
    }
  }

  async #sleep(ms: number): Promise<void> {
    for (const until = Date.now() + ms; Date.now() < until && !this.#over;) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

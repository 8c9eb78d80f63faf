import type { ChildProcess } from "node:child_process";
import { Answers } from "./answers.ts";
import type { Telling } from "./answering.ts";
import { startChild, stopChild } from "./child.ts";

/** A process of its own that answers questions, and tells of what it sees. It ends with this one. */
export class Helper implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #answers = new Answers();

  private constructor(name: string, child: ChildProcess) {
    this.#child = child;
    child.on("message", ([about, what]: Telling) => this.#answers.give(about, what));
    child.once("exit", () => this.#answers.fail(new Error(`the process "${name}" has ended`)));
  }

  static async start(name: string, order: object, flags: readonly string[] = []): Promise<Helper> {
    return new Helper(name, await startChild(name, order, flags));
  }

  /** @throws Error if no answer comes within a minute */
  ask<T>(question: string): Promise<T> {
    const answer = this.told<T>(question);
    this.#child.send(question);
    return answer;
  }

  /** What it tells about this from now on. @throws Error if that doesn't come within a minute */
  told<T>(about: string): Promise<T> {
    return this.#answers.of<T>(about);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) await stopChild(this.#child);
  }
}

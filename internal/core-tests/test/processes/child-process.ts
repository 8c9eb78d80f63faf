import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What a process says, one JSON object a line. */
export type Said = Readonly<Record<string, unknown>>;

/** A process of its own that says on standard output what it does. */
export class Child {
  readonly said: Said[] = [];
  /** What it wrote to standard error. */
  complaints = "";
  readonly ended: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #onWord = new Set<() => void>();

  constructor(program: URL, order: unknown) {
    const child = spawn(process.execPath, ["--no-warnings", fileURLToPath(program), JSON.stringify(order)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.ended = once(child, "close").then(() => this.#tell());
    child.stderr.on("data", (chunk) => (this.complaints += String(chunk)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.said.push(JSON.parse(line) as Said);
      this.#tell();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** 0: it ended well. */
  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Until it has said something like this. */
  async says(like: Said, within = 30_000): Promise<void> {
    await this.until(() => this.heard(like).length > 0, `says ${JSON.stringify(like)}`, within);
  }

  heard(like: Said): readonly Said[] {
    return this.said.filter((word) => Object.entries(like).every(([name, value]) => word[name] === value));
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Waits until it has ended. Whoever is paused goes on to die. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.isAlive) this.signal(signal);
    await this.ended;
  }

  private until(holds: () => boolean, what: string, within: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (done: () => void): void => {
        clearTimeout(timer);
        this.#onWord.delete(look);
        done();
      };
      const look = (): void => {
        if (holds()) over(resolve);
        else if (!this.isAlive) over(() => reject(new Error(`The process ended before it ${what}: ${this.complaints}`)));
      };
      const late = (): void => over(() => reject(new Error(`Not within ${within} ms: ${what}. It said ${JSON.stringify(this.said)}`)));
      const timer = setTimeout(late, within);
      this.#onWord.add(look);
      look();
    });
  }

  #tell(): void {
    for (const listener of this.#onWord) listener();
  }
}

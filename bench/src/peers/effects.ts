import type { Observer } from "./contestant.ts";

/** Notes each effect, and tells of a run that is over when its effects began: in ns, by the clock that all processes of a machine share. */
export class Effects implements Observer {
  /** Of all runs. */
  count = 0;
  readonly #began = new Map<string, bigint[]>();
  readonly #tell: (run: string, began: readonly bigint[]) => void;

  constructor(tell: (run: string, began: readonly bigint[]) => void) {
    this.#tell = tell;
  }

  effect(run: string): void {
    this.count++;
    this.#began.set(run, [...(this.#began.get(run) ?? []), process.hrtime.bigint()]);
  }

  completed(run: string): void {
    this.#tell(run, this.#began.get(run) ?? []);
    this.#began.delete(run);
  }
}

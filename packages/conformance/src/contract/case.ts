/** One promise, tried once. `Env` is what the suite gives it: a harness in its own folder, or a store at its own location. */
export interface Case<Env, Capability extends string = never> {
  /** Stable: `group.what`, lower-case, dots and dashes. Published in the matrix; never reused for something else. */
  readonly id: string;
  /** One sentence: what must be so. */
  readonly title: string;
  /** The fault it guards against: what happens to people when it isn't so. */
  readonly guards: string;
  /** What the harness must declare; else the case is absent, not passed. */
  readonly needs?: readonly Capability[];
  /** Throws if the promise isn't kept, `Absent` if it was never given. */
  run(env: Env): Promise<void>;
}

/** What came of a case. `absent`: the harness doesn't declare what it needs, or its subject doesn't have it. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "absent";
  /** Why it failed, in one sentence, or what is not declared. */
  readonly detail: string | undefined;
  /** Of a failed case, all that helps to mend it: what was seen, what was expected, the lines of the case. */
  readonly explanation?: string;
  readonly ms: number;
}

import { Random } from "./random.ts";

/** A call that the mini framework's model proposes. */
export interface ModelCall {
  readonly callId: string;
  readonly tool: "pay" | "read" | "agent";
  readonly amount: number;
  /** An agent as a tool: its own gated call, inside the effect of this one. */
  readonly inner?: ModelCall;
}

/** What a schedule is about. Times in ms. */
export interface Scenario {
  readonly threads: number;
  readonly turns: readonly (readonly ModelCall[])[];
  /** Where the framework keeps its own state: in our continuation, or in a checkpoint that it writes in time or late. */
  readonly framework: "embedded" | "sync" | "async";
  /** Who begins: a runner, or the application with the framework's own invoke. */
  readonly entry: "runner" | "native";
  /** All calls of a turn are suspended at once, or one by one. */
  readonly batch: boolean;
  /** The framework's hook calls suspend itself, before the runner does. */
  readonly early: boolean;
  readonly quorum: number;
  readonly expiresIn: number;
  readonly executeWithin: number | undefined;
  readonly idempotent: boolean;
  /** A reviewer inside the processes that run the agent. */
  readonly inline: boolean;
  /** Tools fail now and then. */
  readonly fails: boolean;
  /** Arguments in the framework's checkpoint change under a pause. */
  readonly tamper: boolean;
  /** The application re-enters the framework itself, or resumes by hand. */
  readonly tabs: boolean;
  /** New inputs come while the old one is unfinished. */
  readonly restart: boolean;
  /** Calls are asked about and executed by hand, in the same threads. */
  readonly tickets: boolean;
  /** The higher, the less often the clock jumps. */
  readonly calm: number;
  /** The policy's condition flips, and people withdraw what was approved. */
  readonly flip: boolean;
  readonly settle: boolean;
  readonly sweep: boolean;
  /** The clocks of the processes differ from the store's. */
  readonly skew: boolean;
  readonly steps: number;
  /** Reviewers remember decisions, and take them back. */
  readonly grants: boolean;
  /** Executions are frozen and go on again. */
  readonly freezes: boolean;
  /** Requests are reminded of and escalate: carol may sign once that has happened. */
  readonly notices: boolean;
  /** The rule of payments counts what was paid. */
  readonly counts: boolean;
  /** The store tells a time that is over, as one may that tells it from its last answer. */
  readonly lags: boolean;
}

/** Times in ms. */
export const NOTICES = { remind: [10_000, 40_000], escalate: { after: 30_000, roles: ["boss"] } } as const;

const call = (n: number, tool: ModelCall["tool"] = "pay"): ModelCall => ({ callId: `call_${n}`, tool, amount: 10 + n });

const SHAPES: readonly [Scenario["turns"], ...Scenario["turns"][]] = [
  [[call(0)]],
  [[call(0), call(1)]],
  [[call(0), call(1), call(2)]],
  [[call(0)], [call(0)]],
  [
    [call(0, "read"), call(1)],
    [call(0), call(1)],
  ],
  [[call(0)], [call(0)], [call(0)], [call(0)]],
  [[{ ...call(0, "agent"), inner: call(9) }, call(1)]],
];

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed ^ 0x5ce9a210);
  const flag = (): boolean => random.chance(0.5);
  return {
    threads: 1 + random.below(2),
    turns: random.pick(SHAPES),
    framework: random.pick(["embedded", "sync", "async"]),
    entry: random.pick(["runner", "native"]),
    batch: flag(),
    early: flag(),
    quorum: 1 + random.below(2),
    expiresIn: random.pick([20_000, 150_000, 5_000_000]),
    executeWithin: random.pick([undefined, 20_000, 100_000, 5_000_000]),
    idempotent: flag(),
    inline: random.chance(0.3),
    fails: random.chance(0.3),
    tamper: flag(),
    tabs: flag(),
    restart: random.chance(0.2),
    tickets: random.chance(0.3),
    calm: random.pick([5, 20, 60]),
    flip: flag(),
    settle: flag(),
    sweep: flag(),
    skew: flag(),
    steps: 150 + random.below(550),
    grants: random.chance(0.4),
    freezes: random.chance(0.3),
    notices: random.chance(0.4),
    counts: random.chance(0.4),
    lags: flag(),
  };
}

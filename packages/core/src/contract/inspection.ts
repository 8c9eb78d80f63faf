import type { Gate } from "./gate.ts";

/** A tool that a framework offers to a model. */
export interface OfferedTool {
  /** As rules and `ungated` name it: `pay`, `billing/pay`, or `billing/*` for whatever that server will list. */
  readonly name: string;
  /** As the model calls it. Undefined: not known yet, or nobody has to tell it apart from others. */
  readonly calledAs?: string | undefined;
  /** What stands around it. Undefined: nothing does. */
  readonly gate: Gate | undefined;
}

/** A list of tools that one model chooses from. */
export interface Offer {
  /** Whose it is, for error messages, such as `agent Refunds`. Undefined: the runner has no other. */
  readonly of?: string | undefined;
  readonly tools: readonly OfferedTool[];
}

/** What a runner's framework offers to models, as far as it can be seen. */
export interface Offers {
  readonly offers: readonly Offer[];
  /** What takes a moment to find out. */
  readonly rest?: (() => Promise<readonly Offer[]>) | undefined;
}

/** How a runner finds tools that nobody has gated. */
export interface Inspection {
  /** Looked at when the runner is made and again before each run: what comes later is seen, too. */
  look(): Offers;
  /** The runner's option: tools that are meant to run without the gate. */
  readonly ungated?: readonly string[] | undefined;
  /** How a tool is gated here: a sentence. */
  readonly remedy: string;
}

/** What tools are held to. */
export interface Guard extends Pick<Inspection, "ungated" | "remedy"> {
  readonly runner: string;
  readonly gate: Gate;
}

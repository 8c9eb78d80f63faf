import type { Gate } from "@countersign/core";
import { summaryOf, type Summary } from "@countersign/review";
import { around, type Around } from "../output/around.ts";
import type { Row } from "./rows.ts";

/** In ms: what is known around the rows is looked for anew after so long. */
const FRESH = 5_000;

/** What is known around the rows on the screen: the same call elsewhere, freezes. Rows are drawn before it is known, and again after. */
export class Surroundings {
  readonly #gate: Gate;
  readonly #changed: () => void;
  #known: ReadonlyMap<string, Around> = new Map();
  #at = -Infinity;
  #isLooking = false;

  constructor(gate: Gate, changed: () => void) {
    this.#gate = gate;
    this.#changed = changed;
  }

  summaryOf({ request }: Row, now: number): Summary {
    return summaryOf(request, { now, ...this.#known.get(request.id) });
  }

  /** Looks around the rows that are on the screen, if that isn't known or is old. */
  async look(rows: readonly Row[], now: number): Promise<void> {
    const here = rows.flatMap(({ request, isGone }) => (isGone ? [] : [request]));
    const isKnown = here.every(({ id }) => this.#known.has(id));
    if (this.#isLooking || here.length === 0 || (isKnown && now - this.#at < FRESH)) return;
    this.#isLooking = true;
    try {
      this.#known = await around(this.#gate, here);
    } catch {
      // A store that is away has been told of: it is tried again later, as what is missing here is.
      this.#known = new Map(here.map(({ id }) => [id, this.#known.get(id) ?? { duplicates: [], freezes: [] }]));
    } finally {
      this.#at = now;
      this.#isLooking = false;
    }
    this.#changed();
  }
}

import type { Case } from "../contract/case.ts";
import type { Section } from "../explain/section.ts";

/** A suite on one harness: what there is to try, and how one case is tried. */
export interface Session<
  C extends Pick<Case<never, string>, "id" | "title" | "guards" | "run"> = Pick<Case<never, string>, "id" | "title" | "guards" | "run">,
> {
  /** Of the harness module. */
  readonly url: string;
  readonly cases: readonly C[];
  /** Of everything random, where one seed is for all cases. */
  readonly seed?: number;
  /** A case that is not on the list: a generated one of another seed. */
  find?(id: string): C | undefined;
  /** Why the case can't be tried here; undefined: it can. */
  absence(tried: C): string | undefined;
  /** In a place of its own. Throws if the promise isn't kept; `told` then has what was seen. */
  play(tried: C, told: Section[]): Promise<void>;
}

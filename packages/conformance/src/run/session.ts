import type { Case } from "../contract/case.ts";

/** A suite on one harness: what there is to try, and how one case is tried. */
export interface Session<
  C extends Pick<Case<never, string>, "id" | "title" | "guards"> = Pick<Case<never, string>, "id" | "title" | "guards">,
> {
  readonly cases: readonly C[];
  /** A case that is not on the list: a generated one of another seed. */
  find?(id: string): C | undefined;
  /** Why the case can't be tried here; undefined: it can. */
  absence(tried: C): string | undefined;
  /** In a place of its own. Throws if the promise isn't kept. */
  play(tried: C): Promise<void>;
}

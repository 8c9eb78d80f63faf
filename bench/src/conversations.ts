/** Runs a new conversation to its end. */
export type Converse = () => Promise<unknown>;

/** A conversation with allowed calls, under the gate and beside it. */
export interface Conversations {
  readonly gated: Converse;
  readonly plain: Converse;
  /** Where `plain` has to carry more than an agent needs: the agent alone. */
  readonly bare?: Converse;
}

import { CountersignError, isCountersignError, type ThreadRef } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import type { StateAccessor } from "@openrouter/agent";
import { absorb } from "./absorb.ts";
import { toolContexts } from "./context.ts";
import { itemsOf, lastTurn } from "./conversation.ts";
import { place, type Invocation } from "./invocation.ts";
import type { State } from "./kinds.ts";
import { goOn } from "./resume.ts";
import { fromContinuation, newSaved, toContinuation, type Saved } from "./saved.ts";

/** How a conversation is kept: in the gate's store, or by the application's own accessor. */
export interface Keeping {
  readonly ref: ThreadRef;
  readonly own: StateAccessor | undefined;
}

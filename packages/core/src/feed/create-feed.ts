import { z } from "zod";
import { DEFAULTS } from "../contract/defaults.ts";
import type { Feed, FeedPage, ListenOptions } from "../contract/feed.ts";
import type { Gate } from "../contract/gate.ts";
import { demandFunctions, demandOptions } from "../errors/demand.ts";
import { CountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { parseInput, signalSchema } from "../errors/parse-input.ts";
import { shown } from "../errors/shown.ts";
import { internalsOf, type Kernel } from "../kernel.ts";
import { pageLimit } from "../store/cursor.ts";
import { endOfEvents } from "./end-of-events.ts";
import { follow } from "./follow.ts";
import { Reader } from "./reader.ts";

export interface FeedOptions {
  /** Told when the store can't be read and is tried again: the same trouble once a minute. Default: the gate's `warn`. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Strict: a misspelt position would be passed over, and with it what has happened since. */
const listenSchema = z.lazy(() =>
  z.strictObject({ after: z.unknown().optional(), from: z.unknown().optional(), signal: signalSchema.optional() }),
);

/**
 * The feed of a gate's tenant: for live pages, channels, webhooks and metrics. However many listen to it in a process, and
 * through however many feeds of one store and tenant: one reader reads for all of them. It begins with the first listener
 * and ends with the last. A hint of the store's wakes it, and every `timings.sweepEvery` of the gate it looks by itself.
 * @example const feed = createFeed(gate); for await (const { events } of feed.listen({ signal })) events.forEach(show);
 * @throws SETUP for what is no gate, and for an option that there isn't
 */
export function createFeed(gate: Gate, options: FeedOptions = {}): Feed {
  const { kernel } = internalsOf(gate);
  demandOptions(options, ["onError"], "createFeed(gate, { onError })");
  demandFunctions(options, ["onError"], "createFeed(gate, { onError: (error) => log(error) })");
  const { ledger, timings } = kernel;
  const onError = teller(kernel, options.onError);
  return {
    async *listen(given: ListenOptions = {}): AsyncGenerator<FeedPage, void, void> {
      parseInput(listenSchema, given, "options", "Write feed.listen({ after: position, signal }), or no options.");
      const { after, from, signal } = given;
      demandPosition(after);
      if (from !== undefined && from !== "start" && from !== "now") throw invalid("from", `expected "start" or "now", got ${shown(from)}`);
      const listener = { ledger, pollEvery: timings.sweepEvery, onError, signal };
      const reader = Reader.for(listener);
      try {
        yield* follow(reader, listener, { after, from });
      } finally {
        reader.leave(listener);
      }
    },
    async page(after, limit = DEFAULTS.pageSize) {
      demandPosition(after);
      const { events, position } = await ledger.events(after, pageLimit({ limit }));
      return { events, position };
    },
    position: () => endOfEvents(ledger),
  };
}

/** @throws INVALID_ARGS */
function demandPosition(after: unknown): void {
  if (after === undefined || typeof after === "string") return;
  throw invalid("after", `expected \`position\` of a page, got ${shown(after)}`);
}

function invalid(key: keyof ListenOptions, message: string): CountersignError<"INVALID_ARGS"> {
  return new CountersignError("INVALID_ARGS", { issues: [{ path: [key], message }] });
}

function teller({ warn }: Kernel, onError: FeedOptions["onError"]): (error: unknown) => void {
  const tell = onError ?? ((error) => warn(`The feed can't read the store and goes on trying: ${messageOf(error)}`));
  return (error) => {
    try {
      tell(error);
    } catch (bug) {
      warn(`A feed's onError threw: ${messageOf(bug)}`);
    }
  };
}

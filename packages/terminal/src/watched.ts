import type { ApprovalRequest, Background } from "@countersign/core";

/** How often one looks, in ms: a hint may be lost, and not every store gives them. */
const EVERY = 1_000;
/** A busy store hints without end, in ms. */
const AT_MOST = 150;

const NOTHING: Background = { duplicates: [], freezes: [], past: [] };

/** What a question can be watched by. */
export interface Watching {
  /** The request as it stands now. Undefined: there is none any more. */
  readonly current: () => Promise<ApprovalRequest | undefined>;
  /** What is known around it: `gate.background`. */
  readonly background?: ((request: ApprovalRequest) => Promise<Background>) | undefined;
  /** Calls back whenever the request may have changed (`store.watch`). Answers how to stop that. */
  readonly hints?: ((changed: () => void) => () => void) | undefined;
  /** Ends the watch, as if somebody else had decided. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the store can't be read, and once when it can be again (undefined). */
  readonly onAway?: ((error: unknown) => void) | undefined;
}

/** A request as it was read, with what is known around it. */
export interface Standing {
  readonly request: ApprovalRequest;
  readonly background: Background;
}

/**
 * What happened to a request: `over`, it can't be decided any more; `changed`, other arguments would run; `signed`, somebody
 * else has signed them; `frozen`, a freeze began or ended.
 */
export type Happening = Standing & { readonly kind: "over" | "changed" | "signed" | "frozen" };

/** @throws what reading throws */
export async function standingOf({ current, background }: Watching, known?: ApprovalRequest): Promise<Standing | undefined> {
  const request = known ?? (await current());
  return request && { request, background: (await background?.(request)) ?? NOTHING };
}

/**
 * Looks about once a second, and when the store hints, whether what was shown still stands. The signal aborts when it
 * doesn't; `happened` then says why. Undefined: whoever asked for the watch ended it.
 */
export function watched(
  shown: Standing,
  watching: Watching,
): { readonly signal: AbortSignal; readonly happened: () => Happening | undefined; stop(): void } {
  const over = new AbortController();
  let happening: Happening | undefined;
  let [isLooking, isHinted, isAway] = [false, false, false];
  let timer: NodeJS.Timeout | undefined;

  const end = (what?: Happening): void => {
    if (over.signal.aborted) return;
    happening = what;
    stop();
    over.abort();
  };
  const look = async (): Promise<void> => {
    if (isLooking) return void (isHinted = true);
    [isLooking, isHinted] = [true, false];
    clearTimeout(timer);
    try {
      const now = await standingOf(watching);
      const what = now ? happeningOf(shown, now, Date.now()) : ({ ...shown, kind: "over" } as const);
      if (what) return end(what);
      if (isAway) watching.onAway?.(undefined);
      isAway = false;
    } catch (error) {
      if (!isAway && !over.signal.aborted) watching.onAway?.(error);
      isAway = true;
    } finally {
      isLooking = false;
      if (!isStopped) timer = setTimeout(() => void look(), isHinted ? AT_MOST : EVERY);
    }
  };
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    clearTimeout(timer);
    unwatch?.();
    watching.signal?.removeEventListener("abort", ended);
  };
  const ended = (): void => end();
  const unwatch = watching.hints?.(() => void look());
  watching.signal?.addEventListener("abort", ended, { once: true });
  if (watching.signal?.aborted) end();
  else void look();
  return { signal: over.signal, happened: () => happening, stop };
}

/** The gravest that is different. */
export function happeningOf(shown: Standing, now: Standing, at: number): Happening | undefined {
  const { request, background } = now;
  const isOver = request.status !== "pending" || (request.expiresAt !== undefined && request.expiresAt <= at);
  if (isOver) return { ...now, kind: "over" };
  if (request.proposal.digest !== shown.request.proposal.digest) return { ...now, kind: "changed" };
  if (request.version !== shown.request.version) return { ...now, kind: "signed" };
  const ids = (one: Background): string => one.freezes.map(({ id }) => id).join(" ");
  return ids(background) === ids(shown.background) ? undefined : { ...now, kind: "frozen" };
}

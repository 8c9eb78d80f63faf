import { z } from "zod";
import { newSecret } from "../secret.ts";
import { cookieAt, cookiesOf } from "../cookie.ts";
import type { PublicUrl } from "../public-url.ts";

const attemptSchema = z.object({
  state: z.string().min(1),
  nonce: z.string().min(1),
  verifier: z.string().min(1),
  /** Where to go afterwards. */
  to: z.string(),
  /** Unix ms. */
  at: z.number(),
  /** The person has to prove anew who they are. */
  isFresh: z.boolean(),
});

/** One sign-in that has begun and not ended. */
export type Attempt = z.output<typeof attemptSchema>;

const LASTS_MS = 10 * 60_000;
/**
 * Characters. More than that in one browser, and all of them are given up: any site can have a browser begin some, and a
 * request whose cookies fill its headers (8 KiB in nginx, 16 in Node) is answered by nobody.
 */
const MOST = 4_000;

/** Attempts stand in cookies of the browser that made them: one that never comes back costs the store nothing. */
export interface Attempts {
  begin(
    request: Request,
    attempt: Pick<Attempt, "verifier" | "to" | "isFresh">,
  ): { readonly attempt: Attempt; readonly cookies: readonly string[] };
  /** The attempt that this browser made with this state, while it lasts. */
  find(request: Request, state: string | null): Attempt | undefined;
  /** What makes the browser forget it. */
  forget(state: string | null): readonly string[];
}

/** Each has a cookie of its own: several tabs may sign in at once. */
export function attemptsAt(url: PublicUrl, name: string): Attempts {
  const cookie = (tag: string) => cookieAt(url, `${name}~${tag}`);
  const tagOf = (state: string): string => state.slice(0, 12);
  // Between the two stands a tag.
  const [prefix = "", suffix = ""] = cookie("\n").name.split("\n");
  const isAttempt = (key: string): boolean =>
    key.startsWith(prefix) && key.endsWith(suffix) && key.length === prefix.length + 12 + suffix.length;
  return {
    begin(request, given) {
      const attempt = { ...given, state: newSecret(), nonce: newSecret(), at: Date.now() };
      const others = cookiesOf(request).filter(([key]) => isAttempt(key));
      const isMuch = others.reduce((sum, [key, kept]) => sum + key.length + kept.length, 0) > MOST;
      const givenUp = isMuch ? others.map(([key]) => cookie(key.slice(prefix.length, prefix.length + 12)).clear()) : [];
      const value = Buffer.from(JSON.stringify(attempt)).toString("base64url");
      return { attempt, cookies: [...givenUp, cookie(tagOf(attempt.state)).set(value, LASTS_MS / 1_000)] };
    },
    find(request, state) {
      if (!isState(state)) return undefined;
      const value = cookie(tagOf(state)).read(request);
      const attempt = value === undefined ? undefined : read(value);
      const isTheirs = attempt?.state === state && attempt.at <= Date.now() && Date.now() - attempt.at < LASTS_MS;
      return isTheirs ? attempt : undefined;
    },
    forget: (state) => (isState(state) ? [cookie(tagOf(state)).clear()] : []),
  };
}

/** Anything else names no cookie. */
function isState(state: string | null): state is string {
  return state !== null && /^[\w-]{43}$/.test(state);
}

function read(value: string): Attempt | undefined {
  try {
    return attemptSchema.safeParse(JSON.parse(Buffer.from(value, "base64url").toString())).data;
  } catch {
    return undefined;
  }
}

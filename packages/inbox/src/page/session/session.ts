import { batch, signal, type ReadonlySignal } from "@preact/signals";
import { createClient, isApiError, type Me } from "@countersign/server/client";
import { openTabs } from "../live/tabs.ts";
import { addressOf, readWays, type SignInWay } from "./sign-in-ways.ts";

/**
 * `lost`: the session ended, or is too old to sign with, while somebody worked with the page. What they typed stays.
 * `replaced`: the browser is somebody else's by now. `away`: nobody knows yet who this is, for the server doesn't answer.
 */
export type SessionState = "starting" | "signed-in" | "signed-out" | "lost" | "replaced" | "away";

/** Who is signed in, and how somebody signs in. */
export interface Session {
  /** Whose page this is. Stays while it is `lost`. */
  readonly me: ReadonlySignal<Me | undefined>;
  readonly state: ReadonlySignal<SessionState>;
  /** Is it lost because they signed in too long ago? Then they see everything, and sign again once they have signed in anew. */
  readonly isTooOld: ReadonlySignal<boolean>;
  /** Who has the browser now, if the page is `replaced`. */
  readonly other: ReadonlySignal<Me | undefined>;
  /** Why it is `away`. */
  readonly failure: ReadonlySignal<unknown>;
  readonly ways: ReadonlySignal<readonly SignInWay[]>;
  /** As the browser's, for all calls of the page: the server refuses them if the browser is somebody else's than the page. */
  readonly fetch: typeof globalThis.fetch;
  /** Asks the server who this is. */
  check(): Promise<void>;
  /** Every failure of a call passes by here: one that says that nobody is signed in any more changes the state. */
  heed(error: unknown): void;
  /** The address at which somebody signs in with this way, and comes back to where they are. `isFresh`: they prove anew who they are. */
  addressOf(way: SignInWay, isFresh?: boolean): string | undefined;
  /** In all ways at once. */
  signOut(): Promise<void>;
}

/** What tabs of one browser tell each other. `signed-in`: a tab has just found out who has the browser. */
type Word = "signed-in" | "signed-out";

export function createSession(base: string): Session {
  const me = signal<Me | undefined>(undefined);
  const other = signal<Me | undefined>(undefined);
  const state = signal<SessionState>("starting");
  const isTooOld = signal(false);
  const failure = signal<unknown>(undefined);
  const ways = signal<readonly SignInWay[]>([]);
  const client = createClient({ baseUrl: base });
  const tabs = openTabs<Word>(`countersign session ${base}`, (word) => {
    if (word === "signed-in") isTooOld.value = false;
    else leave();
    void check();
  });
  let checking: Promise<void> | undefined;

  /** Signed out on purpose: nothing of theirs stays, on the screen or in the browser. */
  function leave(): void {
    batch(() => {
      me.value = undefined;
      state.value = "signed-out";
    });
    try {
      // Others of this origin keep theirs.
      for (const key of Object.keys(sessionStorage)) if (key.startsWith("countersign.")) sessionStorage.removeItem(key);
    } catch {
      // The browser keeps nothing for this site.
    }
  }

  function found(now: Me): void {
    const before = me.value;
    if (before && (before.id !== now.id || before.kind !== now.kind)) {
      other.value = now;
      state.value = "replaced";
      return;
    }
    me.value = now;
    other.value = undefined;
    state.value = isTooOld.value ? "lost" : "signed-in";
    if (!before) tabs.say("signed-in");
  }

  function notFound(error: unknown): void {
    failure.value = error;
    if (isApiError(error, "UNAUTHENTICATED")) {
      isTooOld.value = false;
      state.value = me.value ? "lost" : "signed-out";
    } else if (!me.value) state.value = "away";
  }

  async function look(): Promise<void> {
    const listed = ways.peek().length > 0 ? undefined : readWays(base).catch(() => []);
    try {
      const now = await client.getMe();
      batch(() => found(now));
    } catch (error) {
      batch(() => notFound(error));
    }
    if (listed) ways.value = await listed;
  }

  function check(): Promise<void> {
    checking ??= look().finally(() => (checking = undefined));
    return checking;
  }

  return {
    me,
    state,
    isTooOld,
    other,
    failure,
    ways,
    check,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      const { id } = me.peek() ?? {};
      if (id !== undefined) headers.set("Countersign-As", encodeURIComponent(id));
      return fetch(input, { ...init, headers });
    },
    heed(error) {
      if (isApiError(error, "SOMEBODY_ELSE")) void check();
      if (!isApiError(error, "UNAUTHENTICATED") && !isApiError(error, "SIGN_IN_AGAIN")) return;
      batch(() => {
        isTooOld.value = error.code === "SIGN_IN_AGAIN";
        state.value = me.value ? "lost" : "signed-out";
      });
    },
    addressOf: (way, isFresh = false) => addressOf(way, isFresh),
    async signOut() {
      const places = ways.value.flatMap(({ signOut }) => (signOut === undefined ? [] : [signOut]));
      const answers = await Promise.all(places.map((place) => fetch(place, { method: "POST" })));
      if (!answers.every(({ ok }) => ok)) throw new Error("The server did not sign you out.");
      leave();
      tabs.say("signed-out");
    },
  };
}

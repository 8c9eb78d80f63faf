/** One way to sign in here. */
export interface SignInWay {
  readonly name: string;
  /** Absent: it starts from somewhere else, such as a link. */
  readonly signIn?: string | undefined;
  readonly signOut?: string | undefined;
}

/** The ways of the server at `base`. @throws what `fetch` throws */
export async function readWays(base: string): Promise<readonly SignInWay[]> {
  const answer = await fetch(`${base}/auth`, { headers: { Accept: "application/json" } });
  return answer.ok ? ((await answer.json()) as { readonly ways: readonly SignInWay[] }).ways : [];
}

/** What stands on the button of a way. */
export function wayText({ name }: SignInWay, isOnly: boolean): string {
  if (isOnly) return "Sign in";
  return `Sign in with ${name === "oidc" ? "single sign-on" : name.replaceAll("-", " ")}`;
}

/** The address at which somebody signs in with this way, and comes back to where they are. `isFresh`: they prove anew who they are. */
export function addressOf({ signIn }: SignInWay, isFresh: boolean): string | undefined {
  if (signIn === undefined) return undefined;
  return `${signIn}?return=${encodeURIComponent(`${location.pathname}${location.search}`)}${isFresh ? "&fresh" : ""}`;
}

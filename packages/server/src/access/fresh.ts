import type { Caller } from "./caller.ts";
import { HttpError } from "../http/problem.ts";

/**
 * A person who signed in longer ago than `maxAge` ms has to sign in again (RFC 9470). API keys have nothing to do again.
 * @param maxAge `Infinity`: it never asks. @throws HttpError SIGN_IN_AGAIN, also where nobody knows when they signed in
 */
export function requireFreshSignIn({ kind, authenticatedAt }: Caller, maxAge: number): void {
  if (kind !== "person" || maxAge === Infinity || (authenticatedAt !== undefined && Date.now() - authenticatedAt <= maxAge)) return;
  const challenge = `Bearer error="insufficient_user_authentication", max_age=${Math.floor(maxAge / 1_000)}`;
  throw new HttpError("SIGN_IN_AGAIN", { headers: { "WWW-Authenticate": challenge } });
}

import type { Principal } from "@countersign/core";

/** What one of many people sends. They are believed: a session for each would only be one more thing to prepare. */
export function tokenOf({ id, roles = [] }: Principal): string {
  return [id, ...roles].map(encodeURIComponent).join(".");
}

/** Who sent this. */
export function callerOf({ headers }: Request): Principal | undefined {
  const token = headers.get("authorization")?.replace(/^Bearer /, "");
  const [id, ...roles] = token?.split(".").map(decodeURIComponent) ?? [];
  return id === undefined ? undefined : { id, roles };
}

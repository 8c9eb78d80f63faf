import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes as 43 characters that may stand anywhere. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * What the store knows of a secret. It has 256 random bits: a slow hash would add nothing. Looking up a hash tells nothing of
 * the secret by its timing, because nobody can choose a hash.
 */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

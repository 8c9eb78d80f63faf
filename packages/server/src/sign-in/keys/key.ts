import { CountersignError, type Issue } from "@countersign/core";
import type { DocumentRecord } from "@countersign/core/surface";
import { z } from "zod";

export const KEYS = "key";
/** So that whoever finds one in a log or a repository knows what it is. */
const MARK = "cs_";

const shared = {
  /** Its principal is `key:<name>`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, "expected 1 to 63 letters, digits, dots, dashes and underscores"),
};
/** What a key may do. An agent's key fixes its application and agent. */
export const grantSchema = z.discriminatedUnion("scope", [
  z.strictObject({ ...shared, scope: z.literal("agent"), application: z.string().min(1).max(200), agent: z.string().min(1).max(200) }),
  z.strictObject({ ...shared, scope: z.enum(["reader", "operator", "reviewer-bot"]) }),
]);

/** A key as everybody may know it. Times in Unix ms. */
export type KeyGrant = z.output<typeof grantSchema>;
export type KeyInfo = KeyGrant & {
  readonly givenAt: number;
  readonly givenBy: string;
  /** Absent: never, as its giver asked for. */
  readonly expiresAt?: number | undefined;
  /** When it was last used, to the hour. Absent: not yet. */
  readonly usedAt?: number | undefined;
};

const bodySchema = z.object({
  grant: grantSchema,
  givenAt: z.number(),
  givenBy: z.string(),
  usedAt: z.number().optional(),
});
export type KeyBody = z.output<typeof bodySchema>;

/** What stands in the store. Undefined for one that another version wrote: it opens nothing. */
export function keyOf({ body, expiresAt }: DocumentRecord): { readonly info: KeyInfo; readonly body: KeyBody } | undefined {
  const read = bodySchema.safeParse(body).data;
  if (!read) return undefined;
  const { grant, ...rest } = read;
  return { body: read, info: { ...grant, ...rest, ...(expiresAt !== undefined && { expiresAt }) } };
}

export function keyFrom(secret: string): string {
  return MARK + secret;
}

/** Undefined: it doesn't look like a key of ours. */
export function keyIn(authorization: string | null): string | undefined {
  return /^Bearer +(cs_[\w-]{43})$/i.exec(authorization ?? "")?.[1];
}

export function invalid(issues: readonly Issue[]): CountersignError {
  return new CountersignError("INVALID_ARGS", { issues: issues.map(({ message, path }) => ({ message, path })) });
}

import { z } from "zod";
import { nameSchema } from "./name.ts";

/** Whoever asks or signs. The id is the identity; names and roles are what was known when it acted. */
export interface Principal {
  readonly id: string;
  readonly name?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  /** Other ids of the same person: the command line's, the page's. Whoever shares one of them is one person. */
  readonly aliases?: readonly string[] | undefined;
  /**
   * `automation` is what a callback that nobody watches signs as. Absent: a person. Services and automation sign only where
   * `reviewers` names them: roles, and terms that name nobody, are for people.
   */
  readonly kind?: "person" | "service" | "automation" | undefined;
}

/** Schemas are built when they are first needed: that is most of what importing them would cost. */
export const principalSchema: z.ZodType<Principal> = z.lazy(() =>
  z.object({
    id: nameSchema,
    name: z.string().optional(),
    roles: z.array(z.string()).readonly().optional(),
    aliases: z.array(nameSchema).readonly().optional(),
    kind: z.enum(["person", "service", "automation"]).optional(),
  }),
);

/** Countersign itself: expiry, supersession, the end of a run. */
export const SYSTEM: Principal = { id: "countersign", kind: "service" };

/** What `dangerouslyApproveAll` signs as. */
export const APPROVES_ALL: Principal = { id: "dangerously-approve-all", name: "Approves everything, unseen", kind: "automation" };

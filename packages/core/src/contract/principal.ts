import { z } from "zod";
import { nameSchema } from "./name.ts";

/** Whoever asks or signs. The id is the identity; names and roles are what was known when it acted. */
export interface Principal {
  readonly id: string;
  readonly name?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  /** `automation` is what a callback that nobody watches signs as. Absent: a person. */
  readonly kind?: "person" | "service" | "automation" | undefined;
}

/** Schemas are built when they are first needed: that is most of what importing them would cost. */
export const principalSchema: z.ZodType<Principal> = z.lazy(() =>
  z.object({
    id: nameSchema,
    name: z.string().optional(),
    roles: z.array(z.string()).readonly().optional(),
    kind: z.enum(["person", "service", "automation"]).optional(),
  }),
);

/** Countersign itself: expiry, supersession, the end of a run. */
export const SYSTEM: Principal = { id: "countersign", kind: "service" };

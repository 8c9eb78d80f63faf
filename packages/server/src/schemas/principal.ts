import type * as core from "@countersign/core";
import { z } from "zod";
import { describing } from "./wire.ts";

export const Principal = describing<core.Principal>()(
  z
    .object({
      id: z.string(),
      name: z.string().optional(),
      roles: z.array(z.string()).optional(),
      aliases: z.array(z.string()).optional(),
      kind: z.enum(["person", "service", "automation"]).optional(),
    })
    .meta({ id: "Principal", description: "Whoever asks or signs. The id is the identity." }),
);

export const Origin = describing<core.Origin>()(
  z
    .object({ user: z.string().optional(), host: z.string().optional(), role: z.string().optional() })
    .meta({ id: "Origin", description: "Where somebody acted, as the surface knew it." }),
);

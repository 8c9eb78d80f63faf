import { z } from "zod";

const measured = z.strictObject({
  value: z.number(),
  baseline: z.number().optional(),
  ratio: z.number().optional(),
  ofAim: z.number().optional(),
});
const named = {
  name: z.string().min(1),
  unit: z.enum(["µs", "ms", "MB", "commits/s", "round trips", "commits", "queries"]),
  aim: z.string().min(1).optional(),
  holds: z.boolean().optional(),
};

/** One line of the result, as `--json` prints it. */
export const figureSchema = z.union([
  z.strictObject({ ...named, warm: measured, cold: measured }),
  z.strictObject({ ...named, single: measured }),
]);

import { z } from "zod";

const measured = z.strictObject({
  value: z.number(),
  baseline: z.number().optional(),
  ratio: z.number().optional(),
  ofAim: z.number().optional(),
});
const aimed = { name: z.string().min(1), aim: z.string().min(1).optional() };
const named = {
  ...aimed,
  unit: z.enum(["µs", "ms", "kB", "MB", "commits/s", "runs/s", "round trips", "commits", "queries"]),
  holds: z.boolean().optional(),
};

/** One line of the result, as `--json` prints it. */
export const figureSchema = z.union([
  z.strictObject({ ...named, warm: measured, cold: measured }),
  z.strictObject({ ...named, single: measured }),
  z.strictObject({ ...aimed, notMeasured: z.string().min(1) }),
]);

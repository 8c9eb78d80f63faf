import type { Review } from "@countersign/review";
import type { Sitting } from "./dialogue.ts";
import { sizeOf } from "./guarded.ts";
import { labelled } from "./gutter.ts";
import { reviewRows } from "./review-rows.ts";

/** Shows a request to somebody who isn't asked, and why they aren't. */
export function showsOnly({ tty: { output }, style }: Pick<Sitting, "tty" | "style">, review: Review, why?: string): void {
  const drawing = { columns: sizeOf(output).columns, style };
  const rows = [...reviewRows(review, drawing), ...(why === undefined ? [] : labelled("not asked", why, drawing, "yellow"))];
  output.write(rows.map((row) => `${row}\n`).join(""));
}

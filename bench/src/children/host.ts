import type { Keeping } from "../peers/contestant.ts";
import { load, type Found } from "../peers/contestants.ts";
import { Effects } from "../peers/effects.ts";
import { orderOf } from "./child.ts";

/** What the process is asked: to pause a run, or to end. */
export type Asked = { readonly pause: string } | "end";

/** What it tells. Times in ns are text: JSON has no bigint. */
export type Told =
  | { readonly type: "paused"; readonly run: string; readonly paused: unknown }
  | { readonly type: "completed"; readonly run: string; readonly began: readonly string[] }
  | { readonly type: "ended"; readonly effects: number; readonly spent: readonly string[] };

/** A process in which the runs of a contestant pause. */
const { found, keeping } = orderOf<{ readonly found: Found; readonly keeping: Keeping }>();
const tell = (told: Told): void => void process.send?.(told);
const effects = new Effects((run, began) => tell({ type: "completed", run, began: began.map(String) }));
const host = await (await load(found)).host(keeping, effects);

let paused = 0;
async function answer(asked: Asked): Promise<void> {
  if (asked === "end") tell({ type: "ended", spent: await host.close(paused), effects: effects.count });
  else tell({ type: "paused", run: asked.pause, paused: await host.pause(asked.pause) });
  paused++;
}

process.on("message", (asked: Asked) => void answer(asked));
process.once("disconnect", () => process.exit());
process.send?.("ready");

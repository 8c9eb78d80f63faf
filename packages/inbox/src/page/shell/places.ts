import type { Me } from "@countersign/server/client";
import type { PageName } from "../route/route.ts";

/** How each part of the page is called, and the key behind `g` that leads there. */
export const PLACES: Readonly<Record<PageName, { readonly name: string; readonly key: string; readonly isForAll: boolean }>> = {
  requests: { name: "Requests", key: "r", isForAll: true },
  grants: { name: "Grants", key: "g", isForAll: true },
  freezes: { name: "Freezes", key: "f", isForAll: true },
  decisions: { name: "My decisions", key: "d", isForAll: true },
  threads: { name: "Threads", key: "t", isForAll: false },
  audit: { name: "Audit", key: "a", isForAll: false },
};

/** The parts that somebody has, in the order in which they are shown. */
export function placesOf({ seesAll }: Me): readonly PageName[] {
  return (Object.keys(PLACES) as PageName[]).filter((page) => PLACES[page].isForAll || seesAll);
}

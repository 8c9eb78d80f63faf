import type { Contestant } from "./contestant.ts";

/** A contestant, as other processes find it: the module at this URL exports it as `contestant`. */
export interface Found {
  readonly name: string;
  readonly url: string;
}

export const COUNTERSIGN: Found = { name: "Countersign", url: new URL("./countersign.ts", import.meta.url).href };
export const DBOS: Found = { name: "DBOS", url: new URL("./dbos.ts", import.meta.url).href };
export const MASTRA: Found = { name: "Mastra", url: new URL("./mastra.ts", import.meta.url).href };

/** Loaded only when asked for: nothing else of the bench needs a peer. */
export async function load({ url }: Found): Promise<Contestant> {
  return ((await import(url)) as { readonly contestant: Contestant }).contestant;
}

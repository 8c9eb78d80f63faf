import type { Review } from "./review.ts";
import { visible } from "./visible.ts";

/** Only what may be followed: a store may hold anything. */
const PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

export function linksOf(links: readonly { readonly label: string; readonly url: string }[]): Review["links"] {
  return links.flatMap(({ label, url }) => {
    if (!URL.canParse(url)) return [];
    const { protocol, host, pathname, href } = new URL(url);
    if (!PROTOCOLS.has(protocol)) return [];
    return [
      { label: visible(label), url: visible(href), host: visible(protocol === "mailto:" ? (pathname.split("@").at(-1) ?? "") : host) },
    ];
  });
}

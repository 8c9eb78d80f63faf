import { computed, signal, type ReadonlySignal } from "@preact/signals";

/** The parts of the page. Of `requests`, `id` is the one that is open. */
export const PAGES = ["requests", "grants", "freezes", "threads", "audit", "decisions"] as const;
export type PageName = (typeof PAGES)[number];
export interface Place {
  readonly page: PageName;
  readonly id?: string | undefined;
}

/** Where somebody is: the address says it, so that a link leads there, and the browser's buttons lead back. */
export interface Route {
  readonly place: ReadonlySignal<Place>;
  /** Does the address lead anywhere? */
  readonly isKnown: ReadonlySignal<boolean>;
  /** What the address asks for: filters, the search. */
  readonly query: ReadonlySignal<URLSearchParams>;
  /** The address of a place. Without a query: with none. */
  href(place: Place, query?: URLSearchParams): string;
  /** `replace`: the browser's back button leads to where it led before. */
  go(place: Place, query?: URLSearchParams, options?: { readonly replace?: boolean }): void;
  /** Follows clicks on links to places, in the place of the browser. */
  follow(event: MouseEvent): void;
}

export function createRoute(base: string): Route {
  const address = signal(new URL(location.href));
  addEventListener("popstate", () => {
    address.value = new URL(location.href);
  });
  const path = computed(() => address.value.pathname.slice(base.length));

  function href({ page, id }: Place, query?: URLSearchParams): string {
    const own = page === "requests" && id === undefined ? "/" : `/${page}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
    const asked = query?.toString() ?? "";
    return `${base}${own}${asked === "" ? "" : `?${asked}`}`;
  }

  function visit(url: URL, replace: boolean): void {
    if (url.href === location.href) return;
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    address.value = url;
  }

  return {
    place: computed(() => placeOf(path.value)),
    isKnown: computed(() => isKnownPath(path.value)),
    query: computed(() => address.value.searchParams),
    href,
    go: (place, query, { replace = false } = {}) => visit(new URL(href(place, query), location.href), replace),
    follow(event) {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
      // A part of this view: the browser goes there.
      if (link.hash !== "" || !link.pathname.startsWith(`${base}/`) || !isKnownPath(link.pathname.slice(base.length))) return;
      event.preventDefault();
      visit(new URL(link.href), false);
    },
  };
}

/** @param path from the base: `/requests/fcd39d…` */
function placeOf(path: string): Place {
  const [, page = "", id] = path.split("/");
  const known = PAGES.find((name) => name === page) ?? "requests";
  return id === undefined || id === "" ? { page: known } : { page: known, id: decoded(id) };
}

/** Is there a place at this path? */
function isKnownPath(path: string): boolean {
  const [, page = "", , ...more] = path.split("/");
  return more.length === 0 && (page === "" ? path.length <= 1 : PAGES.some((name) => name === page));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { PageName } from "../route/route.ts";

const SHAPES: Readonly<Record<PageName, string>> = {
  requests: "M4 13h4l1.5 3h5L16 13h4M4 13v5a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-5M4 13l2.5-8h11L20 13",
  grants: "M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.500-7-10V6zM9 12l2 2 4-4.500",
  freezes: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.500 12h7",
  decisions: "M4 19.500h16M5 14c3-1 4-9 6-9 2 0-1 8 1.500 8 2 0 2-4 3.500-4 1.500 0 .5 3 3 3",
  threads: "M4 5h16v11H9.500L5 20v-4H4zM12 8v3M12 13.200v.1",
  audit: "M7 3h7l4 4v14H7zM10 11h5M10 15h5",
};

/** Beside the name of a place: alone it says nothing. */
export function PlaceIcon({ page }: { readonly page: PageName }) {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
      <path d={SHAPES[page]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

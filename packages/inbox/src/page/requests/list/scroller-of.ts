/** What scrolls a part of the list: the whole pane where there is little room, else the lines alone. */
export function scrollerOf(element: Element): HTMLElement | null {
  let place = element.closest<HTMLElement>("[data-scrolls]");
  while (place && getComputedStyle(place).overflowY === "visible")
    place = place.parentElement?.closest<HTMLElement>("[data-scrolls]") ?? null;
  return place;
}

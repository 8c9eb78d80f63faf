import { test } from "vitest";
import { officeOn, type Office } from "./office.ts";

/** A test in an office of its own, on SQLite: whatever is asked, decided or written there, no other test sees. */
// Vitest reads from the pattern which others it needs.
// oxlint-disable-next-line no-empty-pattern
export const it = test.extend("office", async ({}, { onCleanup }): Promise<Office> => {
  const office = await officeOn("sqlite");
  onCleanup(() => office.close());
  return office;
});

/** A bundle's functions stand in the bundle's own file. */
export function isBundled(): boolean {
  return new Error("where").stack?.includes("/.vitest/bundles/") === true;
}

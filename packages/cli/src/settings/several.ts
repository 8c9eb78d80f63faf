/** Collects an option that may be given several times. Any other one is refused the second time. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

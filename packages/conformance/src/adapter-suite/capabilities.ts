/** What a harness says of itself. */
export type Capabilities = Readonly<Record<string, boolean | undefined>>;

/** What every loop over messages can do: whoever can't has to say so. */
const ASSUMED: readonly string[] = ["repeatedIds"];

export function declares(capabilities: Capabilities, capability: string): boolean {
  return capabilities[capability] ?? ASSUMED.includes(capability);
}

/** What a harness says of itself. */
export type Capabilities = Readonly<Record<string, boolean | undefined>>;

/** What every loop over messages can do, and every application can forget: whoever can't has to say so. */
const ASSUMED: readonly string[] = ["repeatedIds", "ungated"];

export function declares(capabilities: Capabilities, capability: string): boolean {
  return capabilities[capability] ?? ASSUMED.includes(capability);
}

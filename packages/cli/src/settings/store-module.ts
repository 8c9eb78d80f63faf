import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import type { StorePort } from "@countersign/core/store";
import { explained, usage } from "../failure.ts";
import { loadModule } from "./module.ts";

/**
 * The store of a module of somebody else's: its export `store`, or the default one. A function is called with the address that
 * was given, if one was.
 * @param module a file, or the name of an installed package
 * @throws Failure for a module without a store
 */
export async function storeIn(module: string, address: string | undefined): Promise<StorePort> {
  const exports = await loadModule(fileOf(module));
  const exported = exports["store"] ?? exports["default"];
  const found = typeof exported === "function" ? await made(module, exported as Maker, address) : exported;
  if (isStore(found)) return found;
  const what =
    exported === undefined ? "exports no store" : typeof exported === "function" ? "makes no store" : "exports something else than a store";
  throw usage(`${module} ${what}. Export one, or a function that makes one: export const store = (address) => myStore(address).`);
}

type Maker = (address: string | undefined) => unknown;

async function made(module: string, make: Maker, address: string | undefined): Promise<unknown> {
  try {
    return await make(address);
  } catch (error) {
    const { code, message } = explained(error);
    const why = code === "BUG" ? (error instanceof Error ? error.message : String(error)) : message;
    throw usage(`${module} can't make its store${address === undefined ? ", and no --store was given" : ""}: ${why}`);
  }
}

/** Whether it has all that a store has, createGate looks. */
function isStore(value: unknown): value is StorePort {
  return typeof value === "object" && value !== null && "commit" in value && typeof value.commit === "function";
}

/** A file, seen from the folder where one is, or else a package that is installed there. */
function fileOf(module: string): string {
  if (isAbsolute(module) || module.startsWith(".") || existsSync(module)) return module;
  try {
    return createRequire(join(process.cwd(), "package.json")).resolve(module);
  } catch {
    throw usage(`There is no file ${module}, and no package of that name is installed here. Write ./${module} for a file.`);
  }
}

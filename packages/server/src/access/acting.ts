import type { Acting, Origin, Store } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { Context } from "../http/endpoint.ts";

/** Who acts, and where: for the trail. */
export async function acting({ caller, gate, arrival: { peer } }: Context): Promise<Acting & { readonly origin: Origin }> {
  const role = await roleOf(gate.store);
  return { by: caller.by, origin: { ...(peer !== undefined && { host: peer }), ...(role !== undefined && { role }) } };
}

/** The surface as the trail names it: browsers say of themselves that they are one. */
export function viaOf({ caller, request }: Context): "web" | "api" {
  return caller.kind === "person" && request.headers.has("sec-fetch-site") ? "web" : "api";
}

const roles = new WeakMap<Store, string>();

/** A store's sessions have one role for as long as it is open. */
async function roleOf(store: Store): Promise<string | undefined> {
  const known = roles.get(store);
  if (known !== undefined) return known;
  const role = await (store as StorePort).role?.();
  if (role !== undefined) roles.set(store, role);
  return role;
}

import type { Principal } from "@countersign/core";
import { visible } from "./visible.ts";

/** Who somebody is, by name, id and roles: `Fiona Field (fiona; finance)`. The id is left out where the name says it. */
export function personText({ id, name, roles, kind }: Principal): string {
  const isNamed = typeof name === "string" && name !== "";
  const details = [
    isNamed && name.toLowerCase() !== String(id).toLowerCase() ? String(id) : undefined,
    Array.isArray(roles) && roles.length > 0 ? roles.join(", ") : undefined,
    kind === undefined || kind === "person" ? undefined : kind,
  ].filter((detail) => detail !== undefined);
  const who = isNamed ? name : String(id);
  return visible(details.length > 0 ? `${who} (${details.join("; ")})` : who);
}

/** Short, for sentences: the name, else the id. */
export function nameOf({ id, name }: Principal): string {
  return visible(typeof name === "string" && name !== "" ? name : String(id));
}

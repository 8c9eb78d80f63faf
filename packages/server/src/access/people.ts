import { CountersignError, type Principal } from "@countersign/core";

/** Who there is: a list, or a function that reads one. It is asked with every request, so that a role that was taken away is gone. */
export type People = readonly Principal[] | (() => readonly Principal[] | Promise<readonly Principal[]>);

/**
 * The person of the list who has this id or alias, with all their ids. Undefined: nobody has, or it is no person.
 * @throws SETUP if it stands in entries with different roles: nobody could tell which count
 */
export async function personOf(people: People, id: string): Promise<Principal | undefined> {
  const list = typeof people === "function" ? await people() : people;
  const [first, ...others] = list.filter((each) => each.id === id || each.aliases?.includes(id));
  if (!first || [first, ...others].some(({ kind }) => kind !== undefined && kind !== "person")) return undefined;
  const roles = rolesOf(first);
  if (others.some((each) => JSON.stringify(rolesOf(each)) !== JSON.stringify(roles)))
    throw new CountersignError("SETUP", {
      hint: `${id} stands in several entries of the list of people, with different roles. Remove it from all but one.`,
    });
  const aliases = [...new Set([first, ...others].flatMap((each) => [each.id, ...(each.aliases ?? [])]))].filter(
    (each) => each !== first.id,
  );
  return { ...first, roles, ...(aliases.length > 0 && { aliases }), kind: "person" };
}

function rolesOf({ roles = [] }: Principal): readonly string[] {
  return roles.toSorted();
}

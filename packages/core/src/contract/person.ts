import type { Principal } from "./principal.ts";

/** Every id that this person goes by. */
export function idsOf({ id, aliases = [] }: Principal): readonly string[] {
  return [id, ...aliases];
}

/** Principals that share an id are one person. */
export function isSamePerson(a: Principal, b: Principal): boolean {
  const ids = idsOf(a);
  return idsOf(b).some((id) => ids.includes(id));
}

/** One person may be known here by one pair of ids and there by another: whoever is linked, by however many steps, is one. */
export function byPerson<T>(items: readonly T[], whoOf: (item: T) => Principal): readonly (readonly T[])[] {
  let people: readonly { readonly ids: ReadonlySet<string>; readonly items: readonly T[] }[] = [];
  for (const item of items) {
    const ids = idsOf(whoOf(item));
    const same = people.filter((person) => ids.some((id) => person.ids.has(id)));
    const merged = {
      ids: new Set([...same.flatMap((person) => [...person.ids]), ...ids]),
      items: [...same.flatMap((person) => person.items), item],
    };
    people = [...people.filter((person) => !same.includes(person)), merged];
  }
  return people.map((person) => person.items);
}

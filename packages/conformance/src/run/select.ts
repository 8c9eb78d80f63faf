import { didYouMean } from "@countersign/core/policy";
import type { Session } from "./session.ts";

type AnyCase = Session["cases"][number];

/**
 * The cases that are meant: one by its id, or all that begin like that: a group such as `resume.`, or any other beginning.
 * @throws Error for what no case is called, naming the nearest
 */
export function selected(session: Session, wanted: readonly string[] | undefined): readonly AnyCase[] {
  if (!wanted) return session.cases;
  return [...new Map(wanted.flatMap((one) => named(session, one)).map((tried) => [tried.id, tried])).values()];
}

/** The one case of this id. */
export function caseOfId(session: Session, id: string): AnyCase | undefined {
  return session.find?.(id) ?? session.cases.find((each) => each.id === id);
}

function named(session: Session, wanted: string): readonly AnyCase[] {
  const found = caseOfId(session, wanted);
  if (found) return [found];
  const group = session.cases.filter(({ id }) => id.startsWith(wanted));
  if (wanted !== "" && group.length > 0) return group;
  const ids = session.cases.map(({ id }) => id);
  throw new Error(`There is no case \`${wanted}\`. ${suggestion(wanted, ids)}`);
}

function suggestion(wanted: string, ids: readonly string[]): string {
  const groups = [...new Set(ids.map(groupOf))];
  const inGroup = ids.filter((id) => id.startsWith(groupOf(wanted)));
  const last = wanted.slice(groupOf(wanted).length);
  const near = [
    () => (groupOf(wanted) === "" ? [] : inGroup.filter((id) => id.includes(last))),
    () => nearest(wanted, ids),
    () => ids.filter((id) => id.endsWith(`.${last}`)),
    () => nearest(`${wanted}.`.replace("..", "."), groups),
    () => nearest(groupOf(wanted), groups),
  ];
  for (const look of near) {
    const found = look();
    if (found.length > 0) return `Did you mean ${listed(found, " or ")}?`;
  }
  return `The groups are ${listed(groups, " and ")}. --list names all cases.`;
}

function nearest(wanted: string, names: readonly string[]): readonly string[] {
  const [, found] = /mean (.+)\?$/.exec(didYouMean(wanted, names)) ?? [];
  return found === undefined ? [] : [found];
}

/** With the dot behind it; of `store.commit.atomic` it is `store.commit.`. */
function groupOf(id: string): string {
  return id.slice(0, id.lastIndexOf(".") + 1);
}

function listed(ids: readonly string[], last: string): string {
  const all = ids.map((id) => `\`${id}\``);
  return all.length > 1 ? `${all.slice(0, -1).join(", ")}${last}${all.at(-1)}` : (all[0] ?? "");
}

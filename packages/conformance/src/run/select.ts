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

function named(session: Session, wanted: string): readonly AnyCase[] {
  const found = session.find?.(wanted) ?? session.cases.find(({ id }) => id === wanted);
  if (found) return [found];
  const group = session.cases.filter(({ id }) => id.startsWith(wanted));
  if (wanted !== "" && group.length > 0) return group;
  throw new Error(`There is no case \`${wanted}\`.${suggestion(wanted, session.cases.map(({ id }) => id)) || " --list names all of them."}`); // prettier-ignore
}

/** An id that was misspelt, its group or its last part alone, or a group. */
function suggestion(wanted: string, ids: readonly string[]): string {
  const groups = [...new Set(ids.map(groupOf))];
  const near = didYouMean(wanted, ids) || didYouMean(wanted.endsWith(".") ? wanted : `${wanted}.`, groups);
  if (near !== "") return near.replace(/mean (.+)\?$/, "mean `$1`?");
  const close = ids.filter((id) => id.endsWith(`.${lastOf(wanted)}`) || didYouMean(groupOf(wanted), [groupOf(id)]) !== "" && lastOf(id) === lastOf(wanted)); // prettier-ignore
  if (close.length > 0) return ` Did you mean ${listed(close)}?`;
  const group = groups.find((each) => each === groupOf(wanted)) ?? "";
  const inGroup = group === "" ? [] : ids.filter((id) => groupOf(id) === group);
  return inGroup.length > 0 ? ` Of this group there are ${listed(inGroup)}.` : "";
}

/** With the dot behind it; of `store.commit.atomic` it is `store.commit.`. */
function groupOf(id: string): string {
  return id.slice(0, id.lastIndexOf(".") + 1);
}

function lastOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => `\`${id}\``);
  return shown.join(ids.length > 5 ? ", " : " or ") + (ids.length > 5 ? ", …" : "");
}

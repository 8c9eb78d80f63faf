import { readFileSync } from "node:fs";
import { isSamePerson, type ApprovalRequest, type Principal } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";
import { z } from "zod";
import { unread, usage } from "../failure.ts";

/** Who there is, as somebody wrote it down. It prevents mistakes and enforces nothing. */
export interface People {
  /** The file that says so. */
  readonly source: string;
  /** One for each person, who may have several ids. No id stands in two of them. */
  readonly entries: readonly Principal[];
}

const text = z.string().min(1);
export const principalSchema: z.ZodType<Principal> = z.strictObject({
  id: text,
  name: text.optional(),
  roles: z.array(text).readonly().optional(),
  aliases: z.array(text).readonly().optional(),
  kind: z.enum(["person", "service", "automation"]).optional(),
});
const fileSchema = z.strictObject({ people: z.array(principalSchema).readonly() });

const EXAMPLE = "people: [{ id: fiona, name: Fiona Reyes, roles: [finance], aliases: [fiona@example.com] }]";

/** A YAML or JSON file of people. @throws Failure for what can't be read */
export async function readPeople(path: string): Promise<People> {
  const parsed = fileSchema.safeParse(await contentOf(path));
  if (parsed.success) return peopleFrom(path, parsed.data.people);
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const place = issue?.path.map(String).join(".") ?? "";
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const known = place === "" ? Object.keys(fileSchema.shape) : ["id", "name", "roles", "aliases", "kind"];
  if (unknown !== undefined)
    throw usage(`${path}: There is no setting ${unknown}${place === "" ? "" : ` in ${place}`}.${didYouMean(unknown, known)}`);
  throw usage(`${path}: ${place === "" ? "This is no list of people" : `${place} can't be used`}. Write ${EXAMPLE}.`);
}

/** @throws Failure for an id that stands in two entries with different roles: it would get the roles of both */
export function peopleFrom(source: string, entries: readonly Principal[]): People {
  const owners = new Map<string, number>();
  for (const [index, { id, aliases = [], roles }] of entries.entries()) {
    for (const each of new Set([id, ...aliases])) {
      const other = owners.get(each);
      if (other !== undefined && rolesText(entries[other]?.roles) !== rolesText(roles))
        throw usage(
          `${source}: ${each} stands in people.${other} (${entries[other]?.id}) and in people.${index} (${id}), with other roles. Remove it from one of them, or make the two one.`,
        );
      owners.set(each, index);
    }
  }
  return { source, entries };
}

function rolesText(roles: readonly string[] = []): string {
  return JSON.stringify(roles.toSorted());
}

async function contentOf(path: string): Promise<unknown> {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw unread(path, error, "file of people");
  }
  const { parseDocument } = await import("yaml");
  try {
    // JSON is YAML. Warnings are of tags that nobody knows, and would be printed by Node.
    const document = parseDocument(content, { prettyErrors: true });
    const [mistake] = [...document.errors, ...document.warnings];
    if (mistake) throw mistake;
    return document.toJS() as unknown;
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n")[0]?.replace(/:$/, ".") ?? "";
    throw usage(`${path} is not YAML: ${why} Put it right.`);
  }
}

/** Whoever signs, with what the list knows of them. */
export interface Known {
  readonly identity: Principal;
  /** Why they must not sign like this. Undefined: nothing is wrong. */
  readonly mistake: string | undefined;
}

/**
 * One person under all their ids: what they have signed on the page, they have signed. Name, kind and roles come from the list
 * where the identity doesn't say them itself. Roles that the list doesn't give are a mistake, as is an id that isn't there.
 */
export function knownAs(identity: Principal, people: People | undefined): Known {
  const key = [identity.id, ...(identity.aliases ?? [])].find((id) => id.startsWith("key:"));
  if (key !== undefined) return { identity, mistake: `You would sign as ${key}. Such ids are those of API keys. Take another id.` };
  if (!people) return { identity, mistake: undefined };
  const same = people.entries.filter((entry) => isSamePerson(entry, identity));
  const aliases = [...new Set([identity, ...same].flatMap(({ id, aliases: others = [] }) => [id, ...others]))].filter(
    (id) => id !== identity.id,
  );
  const given = same.flatMap(({ roles }) => roles ?? []);
  const saysRoles = same.some(({ roles }) => roles !== undefined);
  const name = identity.name ?? same.find((entry) => entry.name !== undefined)?.name;
  const kind = identity.kind ?? same.find((entry) => entry.kind !== undefined)?.kind;
  const roles = identity.roles ?? (saysRoles ? [...new Set(given)] : undefined);
  return {
    identity: {
      ...identity,
      ...(name && { name }),
      ...(roles && { roles }),
      ...(aliases.length > 0 && { aliases }),
      ...(kind && { kind }),
    },
    mistake: mistakeIn(identity, people, same, saysRoles ? given : undefined),
  };
}

function mistakeIn(
  { id, roles = [] }: Principal,
  { source, entries }: People,
  same: readonly Principal[],
  given: readonly string[] | undefined,
): string | undefined {
  if (same.length === 0) {
    const ids = entries.flatMap((entry) => [entry.id, ...(entry.aliases ?? [])]);
    return `You would sign as ${id}, and nobody in ${source} has that id.${didYouMean(id, ids)} Correct your id, or add yourself to the file.`;
  }
  const [role] = given ? roles.filter((each) => !given.includes(each)) : [];
  if (role === undefined) return undefined;
  const others = given?.length === 0 ? "no role" : `only ${given?.join(", ")}`;
  return `You would sign with the role ${role}, and ${source} gives ${id} ${others}.${didYouMean(role, given ?? [])} Correct your roles, leave them out to take those of the file, or correct the file.`;
}

/** With the name that the list gives them, where nobody else says it. */
export function named<P extends Principal>(person: P, people: People | undefined): P {
  if (person.name !== undefined) return person;
  const name = people?.entries.find((entry) => entry.name !== undefined && isSamePerson(entry, person))?.name;
  return name === undefined ? person : { ...person, name };
}

/** For whoever reads: the people of a request with their names. */
export function withNames(request: ApprovalRequest, people: People | undefined): ApprovalRequest {
  if (!people) return request;
  const { requestedBy, proposal, decisions } = request;
  return {
    ...request,
    requestedBy: requestedBy && named(requestedBy, people),
    proposal: { ...proposal, by: proposal.by && named(proposal.by, people) },
    decisions: decisions.map((record) => ({ ...record, by: named(record.by, people) })),
  };
}

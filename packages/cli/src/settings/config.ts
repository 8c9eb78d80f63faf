import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isSamePerson, type Principal } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";
import { z } from "zod";
import { unread, usage } from "../failure.ts";

/**
 * What is configured, whichever file or variable says it. Never code: what a folder holds must not be run because somebody
 * who may sign is in it.
 */
export interface Config {
  /** A SQLite file, or a postgres:// URL. */
  readonly store: string | undefined;
  readonly tenant: string | undefined;
  /** Whoever may sign, and under which ids: so that `doctor` can tell which requests nobody could. */
  readonly people: readonly Principal[] | undefined;
  /** Who signs, with all ids that `people` know this person by. */
  readonly identity: Principal | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const text = z.string().min(1);
const principal = z.strictObject({
  id: text,
  name: text.optional(),
  roles: z.array(text).readonly().optional(),
  aliases: z.array(text).readonly().optional(),
  kind: z.enum(["person", "service", "automation"]).optional(),
});
const file = z.strictObject({
  store: text.optional(),
  tenant: text.optional(),
  people: z.array(principal).readonly().optional(),
  identity: principal.optional(),
});

/** The file of a project, in the folder that a command is called in. */
const PROJECT_FILE = "countersign.json";

/** The file of a person: it alone may say who they are. */
export function personalFile(env: Environment): string {
  return env["COUNTERSIGN_CONFIG"] ?? join(env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), "countersign", "config.json");
}

/** Variables override the project's file, which overrides the person's. @throws Failure for what can't be read */
export function readConfig(env: Environment, folder: string): Config {
  const personal = readFile(personalFile(env), env["COUNTERSIGN_CONFIG"] !== undefined);
  const projectFile = join(folder, PROJECT_FILE);
  const project = readFile(projectFile, false);
  if (project.identity)
    throw usage(
      `${projectFile} has an identity, which would sign for everybody who works in this folder. Move identity to ${personalFile(env)}.`,
    );
  const people = project.people ?? personal.people;
  const identity = identityOf(env) ?? personal.identity;
  return {
    store: nonEmpty(env["COUNTERSIGN_STORE"]) ?? project.store ?? personal.store,
    tenant: nonEmpty(env["COUNTERSIGN_TENANT"]) ?? project.tenant ?? personal.tenant,
    people,
    identity: identity && withAliases(identity, people),
  };
}

/** One person under all their ids: what they have signed on the page, they have signed. */
function withAliases(identity: Principal, people: readonly Principal[] = []): Principal {
  const same = people.filter((person) => isSamePerson(person, identity));
  const aliases = [...new Set([identity, ...same].flatMap(({ id, aliases = [] }) => [id, ...aliases]))].filter((id) => id !== identity.id);
  return aliases.length > 0 ? { ...identity, aliases } : identity;
}

function identityOf(env: Environment): Principal | undefined {
  const id = nonEmpty(env["COUNTERSIGN_AS"]);
  const roles = nonEmpty(env["COUNTERSIGN_ROLES"])?.split(",").map((role) => role.trim()).filter((role) => role !== ""); // prettier-ignore
  if (id !== undefined) return { id, ...(roles && { roles }) };
  if (roles) throw usage("COUNTERSIGN_ROLES is set, and COUNTERSIGN_AS is not: set COUNTERSIGN_AS=<your id> as well.");
  return undefined;
}

type File = z.infer<typeof file>;

function readFile(path: string, required: boolean): File {
  if (!required && !existsSync(path)) return {};
  const parsed = file.safeParse(jsonIn(path));
  if (parsed.success) return withPath(parsed.data, dirname(path));
  throw usage(`${path}: ${wordsFor(parsed.error.issues[0])}`);
}

const EXAMPLES: Readonly<Record<string, string>> = {
  store: '"store": "countersign.db"',
  tenant: '"tenant": "acme"',
  people: '"people": [{"id": "alice", "roles": ["finance"]}]',
  identity: '"identity": {"id": "alice", "roles": ["finance"]}',
};

function wordsFor(issue: z.core.$ZodIssue | undefined): string {
  const place = issue?.path.map(String) ?? [];
  const example = EXAMPLES[place[0] ?? ""];
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const where = example === undefined ? "" : ` in ${place[0]}`;
    return `There is no setting ${key}${where}.${example === undefined ? didYouMean(key, Object.keys(EXAMPLES)) : ` Write ${example}.`}`;
  }
  if (example === undefined) return `The file is a JSON object, such as {${EXAMPLES["store"]}}.`;
  return `${place.join(".")} can't be used. Write ${example}.`;
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unread(path, error);
    throw usage(`${path} is not JSON: ${error.message}. Put it right, or remove it.`);
  }
}

/** A path in a file is meant from where the file is. */
function withPath({ store, ...rest }: File, folder: string): File {
  if (store === undefined) return rest;
  return { ...rest, store: isUrl(store) ? store : resolve(folder, store) };
}

export function isUrl(store: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(store);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

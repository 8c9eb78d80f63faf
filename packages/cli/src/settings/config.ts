import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Principal } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";
import { z } from "zod";
import { unread, usage } from "../failure.ts";
import { knownAs, peopleFrom, principalSchema, readPeople, type People } from "./people.ts";
import { serveMistake, serveSchema, type ServeSettings } from "./serve.ts";

/**
 * What is configured, whichever file or variable says it. Never code: what a folder holds must not be run because somebody
 * who may sign is in it.
 */
export interface Config {
  /** A SQLite file, or a postgres:// URL. */
  readonly store: string | undefined;
  readonly tenant: string | undefined;
  /** A module that has the store. No file may name one. */
  readonly storeModule: string | undefined;
  readonly people: People | undefined;
  /** Who signs, with what `people` know of this person. */
  readonly identity: Principal | undefined;
  /** Why this person must not sign: `people` know them otherwise, or not at all. */
  readonly mistake: string | undefined;
  /** Of `countersign serve` alone. */
  readonly serve: ServeSettings;
}

type Environment = Readonly<Record<string, string | undefined>>;

const text = z.string().min(1);
const file = z.strictObject({
  store: text.optional(),
  tenant: text.optional(),
  people: z.array(principalSchema).readonly().optional(),
  identity: principalSchema.optional(),
  serve: serveSchema.optional(),
});
const fileWithPath = file.extend({ people: text });

/** The file of a project, in the folder that a command is called in. */
const PROJECT_FILE = "countersign.json";

/** The file of a person: it alone may say who they are. */
export function personalFile(env: Environment): string {
  return env["COUNTERSIGN_CONFIG"] ?? join(env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), "countersign", "config.json");
}

/** Variables override the project's file, which overrides the person's. @throws Failure for what can't be read */
export async function readConfig(env: Environment, folder: string): Promise<Config> {
  const personal = readFile(personalFile(env), env["COUNTERSIGN_CONFIG"] !== undefined);
  const projectFile = join(folder, PROJECT_FILE);
  const project = readFile(projectFile, false);
  if (project.identity)
    throw usage(
      `${projectFile} has an identity, which would sign for everybody who works in this folder. Move identity to ${personalFile(env)}.`,
    );
  const people = (await peopleOf(project, projectFile)) ?? (await peopleOf(personal, personalFile(env)));
  const signs = identityOf(env) ?? personal.identity;
  const { identity, mistake } = signs ? knownAs(signs, people) : { identity: undefined, mistake: undefined };
  return {
    store: nonEmpty(env["COUNTERSIGN_STORE"]) ?? project.store ?? personal.store,
    tenant: nonEmpty(env["COUNTERSIGN_TENANT"]) ?? project.tenant ?? personal.tenant,
    storeModule: nonEmpty(env["COUNTERSIGN_STORE_MODULE"]),
    people,
    identity,
    mistake,
    serve: project.serve ?? personal.serve ?? {},
  };
}

/** Written in the file itself, or in another one that it names. */
async function peopleOf({ people }: File, source: string): Promise<People | undefined> {
  if (people === undefined) return undefined;
  return typeof people === "string" ? readPeople(people) : peopleFrom(source, people);
}

function identityOf(env: Environment): Principal | undefined {
  const id = nonEmpty(env["COUNTERSIGN_AS"]);
  const roles = nonEmpty(env["COUNTERSIGN_ROLES"])?.split(",").map((role) => role.trim()).filter((role) => role !== ""); // prettier-ignore
  if (id !== undefined) return { id, ...(roles && { roles }) };
  if (roles) throw usage("COUNTERSIGN_ROLES is set, and COUNTERSIGN_AS is not: set COUNTERSIGN_AS=<your id> as well.");
  return undefined;
}

type File = z.infer<typeof file> | z.infer<typeof fileWithPath>;

function readFile(path: string, required: boolean): File {
  if (!required && !existsSync(path)) return {};
  const content = jsonIn(path);
  const namesFile = typeof content === "object" && content !== null && "people" in content && typeof content.people === "string";
  const parsed = (namesFile ? fileWithPath : file).safeParse(content);
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
  if (issue?.path[0] === "serve") return serveMistake(issue);
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
  const file = typeof rest.people === "string" ? { ...rest, people: resolve(folder, rest.people) } : rest;
  return store === undefined ? file : { ...file, store: isUrl(store) ? store : resolve(folder, store) };
}

export function isUrl(store: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(store);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

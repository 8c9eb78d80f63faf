// What a person reads who named a place where no store can be: the path, what is wrong with it, and what to do.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { output, start, TENANT } from "@countersign/store-tests";
import { expect, test } from "vitest";
import { Connection } from "../src/connection.ts";
import { sqliteStore } from "../src/index.ts";
import { openDatabase } from "../src/open.ts";
import { folder } from "./folder.ts";

const REFUSED = "The store can't do this: ";

test.each<[string, (home: string) => string, (home: string) => string]>([
  [
    "in a folder that is missing",
    (home) => join(home, "no/such/store.db"),
    (home) => `${REFUSED}there is no folder ${home}/no/such. Make it first.`,
  ],
  ["that is a folder", (home) => home, (home) => `${REFUSED}${home} is a folder. Name a file in it, such as ${home}/countersign.db.`],
  [
    "in a file",
    (home) => {
      writeFileSync(join(home, "notes"), "x");
      return join(home, "notes/store.db");
    },
    (home) => `${REFUSED}${home}/notes is a file. Name a folder for the store.`,
  ],
  [
    "with a name that is too long",
    (home) => join(home, "x".repeat(300)),
    (home) => `${REFUSED}${home}/${"x".repeat(300)}: ENAMETOOLONG: name too long, stat '${home}/${"x".repeat(300)}'.`,
  ],
  [
    "that is a text",
    (home) => {
      writeFileSync(join(home, "notes.txt"), "a text that is no database\n".repeat(100));
      return join(home, "notes.txt");
    },
    (home) => `This is not a Countersign store. Nothing was changed in it. The file is ${home}/notes.txt.`,
  ],
])("a path %s", (_, make, message) => {
  const home = folder();
  const path = make(home);
  expect(() => sqliteStore(path)).toThrow(expect.objectContaining({ message: message(home) }));
});

test("a place that this process may not use", async () => {
  const home = folder();
  chmodSync(home, 0o755);
  const [unreadable, unwritable] = [join(home, "unreadable.db"), join(home, "unwritable.db")];
  for (const path of [unreadable, unwritable]) await sqliteStore(path).close();
  chmodSync(unreadable, 0o000);
  chmodSync(unwritable, 0o444);
  for (const [name, mode] of [["shut", 0o555], ["locked", 0o444]] as const) mkdirSync(join(home, name), { mode }); // prettier-ignore
  const paths = [unreadable, unwritable, join(home, "shut/store.db"), join(home, "locked/store.db")];
  const said = await output(start(new URL("children/refused.ts", import.meta.url), paths));
  expect(said.trimEnd().split("\n")).toEqual([
    `${REFUSED}this process may not read ${unreadable}. Give its user the right to read and write the file.`,
    `${REFUSED}this process may not write ${unwritable}. Give its user the right, or use a disk that can be written.`,
    ...["shut", "locked"].map(
      (name) =>
        `${REFUSED}this process may not write in the folder ${home}/${name}, where SQLite keeps files beside the store. ` +
        "Give its user the right, or use a disk that can be written.",
    ),
  ]);
});

test("a disk without room, and a lock that stays", async () => {
  const path = join(folder(), "store.db");
  const database = openDatabase(path);
  const connection = new Connection(database, 10);
  database.exec("PRAGMA max_page_count = 1");
  const fill = (): void => connection.exclusively(() => database.exec("CREATE TABLE more (x); INSERT INTO more VALUES (zeroblob(100000))"));
  await expect(connection.answer(fill)).rejects.toThrow(`${REFUSED}there is no room for ${path} (database or disk is full). Make room:`);
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  await expect(connection.answer(() => connection.exclusively(() => undefined))).rejects.toThrow(
    `The store can't do this now: another process has kept ${path} locked all the time. Trying again is safe.`,
  );
  other.close();
  connection.close();
});

test("a store that was closed", async () => {
  const store = sqliteStore(":memory:");
  await store.close();
  await expect(store.getRequest(TENANT, "r")).rejects.toThrow("The store was closed");
});

test.each([undefined, "", {}, null])("%j is no path", (path) => {
  expect(() => sqliteStore(path as never)).toThrow('Pass the path of a file: sqliteStore("countersign.db").');
});

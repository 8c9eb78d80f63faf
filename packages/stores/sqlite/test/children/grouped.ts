// Hands in several batches at once, and kills itself at a moment of their transaction. Prints each answer as it comes.
import { writeSync } from "node:fs";
import { commit } from "../../src/commit.ts";
import { Connection } from "../../src/connection.ts";
import { Group } from "../../src/group.ts";
import { openDatabase } from "../../src/open.ts";
import { handedIn } from "../handed-in.ts";

const [path = "", until = "Infinity"] = process.argv.slice(2);
let moments = 0;

/** SIGKILL, as from `kill -9`, when its turn has come. */
function moment(): void {
  if (moments++ === Number(until)) process.kill(process.pid, "SIGKILL");
}

const database = openDatabase(path);
const prepare = database.prepare.bind(database);
// Before each statement.
database.prepare = (sql) => {
  const statement = prepare(sql);
  const run = statement.run.bind(statement);
  const runLater = (...values: Parameters<typeof run>): ReturnType<typeof run> => (moment(), run(...values));
  return Object.assign(statement, { run: runLater });
};
// After the transaction, and after each answer.
const group = new Group(new Connection(database), moment);
moment();
await Promise.all(
  handedIn.map(async (batch, n) => {
    const { ok } = await commit(group, batch);
    writeSync(1, `${JSON.stringify({ n, ok })}\n`);
    moment();
  }),
);

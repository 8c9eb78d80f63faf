// Makes one new store after the other for ever.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { sqliteStore } from "../../src/index.ts";

const [folder = ""] = process.argv.slice(2);
for (let n = 0; ; n++) {
  writeSync(1, `${n}\n`);
  await sqliteStore(join(folder, `${n}.db`)).close();
}

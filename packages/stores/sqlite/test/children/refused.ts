// Opens each path that it is given, as somebody who is not root, and prints what was wrong.
import { sqliteStore } from "../../src/index.ts";

if (process.getuid?.() === 0) process.setuid?.(65_534);
for (const path of process.argv.slice(2)) {
  try {
    await sqliteStore(path).close();
    console.log("opened");
  } catch (error) {
    console.log((error as Error).message);
  }
}

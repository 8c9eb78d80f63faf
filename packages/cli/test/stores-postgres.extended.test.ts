// The built command in pipes: the same on PostgreSQL as on SQLite.
import { describe } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { deciding } from "./support/on-a-store.ts";

await bundleCommand();

describe("on postgres", () => deciding("postgres"));

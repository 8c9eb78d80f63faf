// The built command in pipes: everything on SQLite, and what is of its own on PostgreSQL.
import { describe } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { deciding, opening } from "./support/on-a-store.ts";

await bundleCommand();

describe("on sqlite", () => {
  deciding("sqlite");
  opening("sqlite");
});
describe("on postgres", () => opening("postgres"));

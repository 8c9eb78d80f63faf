// What an operator does is shown, asked, and stands in the trail: everything on SQLite, and who it was on PostgreSQL, too.
import { describe } from "vitest";
import { asking, signingWhere } from "./support/asking.ts";
import { bundleCommand } from "./support/command.ts";

await bundleCommand();

describe("on sqlite", () => {
  asking("sqlite");
  signingWhere("sqlite");
});
describe("on postgres", () => signingWhere("postgres"));

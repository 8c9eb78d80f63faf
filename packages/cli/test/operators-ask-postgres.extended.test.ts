// What an operator does is shown, asked, and stands in the trail: the same on PostgreSQL as on SQLite.
import { describe } from "vitest";
import { asking } from "./support/asking.ts";
import { bundleCommand } from "./support/command.ts";

await bundleCommand();

describe("on postgres", () => asking("postgres"));

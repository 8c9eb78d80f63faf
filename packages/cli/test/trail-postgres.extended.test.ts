// Exports of the trail: the same on PostgreSQL as on SQLite.
import { describe } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { exporting } from "./support/exporting.ts";

await bundleCommand();

describe("on postgres", () => exporting("postgres"));

// Names that look like rows of ours, on half the columns.
import { afterAll, beforeAll } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { atColumns, hostileOffice, type HostileOffice } from "./support/hostile.ts";

await bundleCommand();

let office: HostileOffice;
beforeAll(async () => void (office = await hostileOffice()));
afterAll(() => office.close());

atColumns(40, () => office);

// The inbox on a PostgreSQL that is killed and started again.
import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";
import { Person } from "./support/person.ts";

await bundleCommand();

describe("on a PostgreSQL that comes and goes", () => {
  let server: PostgresServer;
  let shared: Office;
  beforeAll(async () => {
    server = await startPostgres();
    shared = await officeOn("postgres", server.url);
  });
  afterAll(async () => {
    await shared.close();
    await server.stop();
  });

  it("says since when the store is away, goes on by itself, and decides afterwards", async () => {
    const first = await shared.asked("send_payment", { recipient: "First", amount: 2_001 });
    const person = new Person(shared.terminal(["inbox"]));
    await person.sees("First");
    await shared.asked("send_payment", { recipient: "Second", amount: 2_002 });
    await person.sees("1 of 2");
    await server.kill();
    expect(await person.sees("The store doesn't answer")).toContain("First");
    await person.presses("j");
    await person.sees(/^> .*Second/m);
    await server.start();
    await person.sees("2 of 2");
    await person.presses("k", "a");
    await person.terminal.until("signing as");
    await person.presses("y");
    await person.sees(/^> {2}approved by +│ fiona.*First/m);
    expect((await shared.gate.get(first.id))?.decisions[0]).toMatchObject({ by: { id: FIONA.id }, digest: first.proposal.digest });
    await person.presses("q");
    expect(await person.terminal.ended()).toBe(0);
  });
});

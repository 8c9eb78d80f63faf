// Doctor tries a write, with whatever role it runs under, and leaves nothing behind.
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { officeOn, type Office } from "./support/office.ts";

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
}

async function doctor(office: Office, address: string = office.address) {
  const { stdout, code } = await office.run(["doctor", "--json", "--store", address]);
  const findings = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Finding]));
  return { code, checks: findings.map(({ check }) => check), writes: findings.filter(({ check }) => check === "writes") };
}

describe("on sqlite", () => {
  let office: Office;
  beforeAll(async () => void (office = await officeOn("sqlite")));
  afterAll(() => office.close());

  const tables = ["requests", "audiences", "threads", "thread_bodies", "grants", "events", "positions"];
  function contents(file: DatabaseSync): unknown {
    return tables.map((table) => file.prepare(`SELECT * FROM ${table}`).all());
  }

  it("a write is tried, and nothing of it stays", async () => {
    await office.asked();
    const file = new DatabaseSync(office.address);
    const before = contents(file);
    expect(await doctor(office)).toMatchObject({ code: 0, writes: [{ status: "ok" }] });
    expect(contents(file)).toEqual(before);
    file.close();
  });

  it.each(["threads", "events"])("a store whose %s can't be written is a problem, and the rest is looked at", async (table) => {
    const file = new DatabaseSync(office.address);
    file.exec(`CREATE TRIGGER stop BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'out of order'); END`);
    const { code, checks, writes } = await doctor(office);
    expect([code, writes]).toMatchObject([1, [{ status: "problem", message: expect.stringContaining("out of order") as string }]]);
    expect(checks).toEqual(expect.arrayContaining(["clock", "requests", "signatures", "freezes"]));
    file.exec("DROP TRIGGER stop");
    file.close();
  });
});

describe("on postgres", () => {
  let office: Office;
  beforeAll(async () => {
    office = await officeOn("postgres");
    await office.asked();
    const readme = readFileSync(new URL("../../stores/postgres/README.md", import.meta.url), "utf8");
    const [, grants = ""] = /```sql\n(.*?)```/s.exec(readme) ?? [];
    await run(grants.replaceAll("SCHEMA countersign", "SCHEMA office").replaceAll("countersign.", "office."));
    await run("CREATE ROLE onlooker LOGIN PASSWORD 'o'; GRANT USAGE ON SCHEMA office TO onlooker");
    await run(
      "GRANT SELECT ON ALL TABLES IN SCHEMA office TO onlooker; GRANT EXECUTE ON FUNCTION office.now_ms, office.tick_base TO onlooker",
    );
  });
  afterAll(() => office.close());

  async function run(sql: string): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: office.address.replace(/\?.*/, "") });
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end();
    }
  }
  const as = (user: string, password: string): string => Object.assign(new URL(office.address), { username: user, password }).href;
  const contents = (): Promise<unknown> =>
    Promise.all(["requests", "audiences", "threads", "grants", "events"].map((table) => run(`SELECT * FROM office.${table}`)));

  it.each([
    ["agent", "change me"],
    ["reviewer", "change me too"],
  ])("the %s's role can write, and nothing of it stays", async (role, password) => {
    const before = await contents();
    expect(await doctor(office, as(`countersign_${role}`, password))).toMatchObject({ code: 0, writes: [{ status: "ok" }] });
    expect(await contents()).toEqual(before);
  });

  it("a role that may only look is told what it may not do, and sees the rest", async () => {
    const { code, checks, writes } = await doctor(office, as("onlooker", "o"));
    expect([code, writes]).toMatchObject([1, [{ status: "problem", message: expect.stringContaining("may not do that") as string }]]);
    expect(checks).toEqual(expect.arrayContaining(["clock", "requests", "signatures", "freezes"]));
  });
});

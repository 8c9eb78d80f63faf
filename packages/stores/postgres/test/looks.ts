import pg from "pg";

/** What a store told as the time, between two looks at the server's clock. Unix ms. */
export interface Looks {
  readonly first: number;
  readonly told: number;
  readonly last: number;
}

export async function looks(connectionString: string, now: () => Promise<number>): Promise<Looks> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const look = async (): Promise<number> => {
    const { rows } = await client.query<{ now: number }>("SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now");
    return Number(rows[0]?.now);
  };
  const found = { first: await look(), told: await now(), last: await look() };
  await client.end();
  return found;
}

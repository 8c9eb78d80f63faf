/** A server on Node's own http, over the SQLite file or the PostgreSQL that it is given. It prints its port, and is killed. @module */
import { createServer as listening } from "node:http";
import { createGate } from "@countersign/core";
import { postgresStore } from "@countersign/postgres";
import { sqliteStore } from "@countersign/sqlite";
import { createServer } from "../../src/index.ts";
import { nodeListener } from "../../src/node.ts";

const [place = ""] = process.argv.slice(2);
const gate = createGate({ store: place.startsWith("postgres") ? postgresStore({ connectionString: place }) : sqliteStore(place) });
const http = listening();
http.listen(0, "127.0.0.1", () => {
  const { port } = http.address() as { port: number };
  const authenticate = (request: Request) =>
    request.headers.get("authorization") === "Bearer fiona" ? { id: "fiona", roles: ["finance"] } : undefined;
  http.on("request", (incoming, outgoing) => void nodeListener(createServer({ gate, authenticate, hosts: [`127.0.0.1:${port}`] }))(incoming, outgoing)); // prettier-ignore
  console.log(port);
});

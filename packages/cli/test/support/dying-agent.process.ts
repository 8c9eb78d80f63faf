// An agent that dies in the middle of a payment: argv is the store's address and the request's id.
import { createGate } from "@countersign/core";
import { postgresStore } from "@countersign/postgres";
import { sqliteStore } from "@countersign/sqlite";

const [address = "", id = ""] = process.argv.slice(2);
const store = address.startsWith("postgres")
  ? postgresStore({ connectionString: address.replace("?schema=office", ""), schema: "office" })
  : sqliteStore(address);
const gate = createGate({ store, timings: { lease: 2_000 } });
await gate.execute({ id, args: {} }, () => process.kill(process.pid, "SIGKILL"));

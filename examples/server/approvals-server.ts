// The page and the API of the gate that the agents share, made once. The other files of this folder mount them.
import { inbox } from "@countersign/inbox";
import { createServer } from "@countersign/server";
import { gate } from "../approvals.ts";
import { personOf } from "./person-of.ts";

export const approvals = createServer({
  gate,
  inbox,
  basePath: "/approvals",
  hosts: ["app.acme.example"],
  operators: ["ops"],
  authenticate: (request) => personOf(request),
});

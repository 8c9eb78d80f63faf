// In an application on Hono. On another runtime than Node, take its `getConnInfo`.
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono } from "hono";
import { approvals } from "./approvals-server.ts";

export const app: Hono = new Hono();

app.all("/approvals/*", (c) => approvals.fetch(c.req.raw, { peer: getConnInfo(c).remote.address }));

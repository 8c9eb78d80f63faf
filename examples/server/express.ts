// In an application on Express. Mount it before express.json(), which would take the bodies.
import express, { type Express } from "express";
import { nodeListener } from "@countersign/server/node";
import { approvals } from "./approvals-server.ts";

export const app: Express = express();

app.use("/approvals", nodeListener(approvals));
app.use(express.json());

// In a server of Node's own.
import { createServer, type Server } from "node:http";
import { nodeListener } from "@countersign/server/node";
import { approvals } from "./approvals-server.ts";

const answer = nodeListener(approvals);

export const server: Server = createServer((request, response) => {
  if (request.url?.startsWith("/approvals/")) void answer(request, response);
  else response.writeHead(404).end();
});

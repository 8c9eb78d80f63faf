import { createGate, type Gate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { z } from "zod";
import { appOf, type Server } from "../../src/create-server.ts";
import { endpoint, type Endpoint } from "../../src/http/endpoint.ts";
import type { ServerOptions } from "../../src/options.ts";
import { readOptions } from "../../src/read-options.ts";

export const HOST = "approvals.example";
export const ORIGIN = `https://${HOST}`;

/** Fiona is known by a key or a cookie. */
const authenticate: ServerOptions["authenticate"] = ({ headers }) =>
  headers.get("authorization") === "Bearer fiona" || headers.get("cookie")?.includes("session=fiona")
    ? { id: "fiona", roles: ["finance"] }
    : undefined;

export function optionsWith(options: Partial<ServerOptions> = {}): ServerOptions {
  const gate: Gate = createGate({ store: memoryStore() });
  return { gate, authenticate, hosts: [HOST], onError: () => {}, ...options };
}

/** A server with these endpoints. */
export function serve(endpoints: readonly Endpoint[], options: Partial<ServerOptions> = {}): Pick<Server, "fetch"> {
  const app = appOf(readOptions(optionsWith(options)), endpoints);
  return { fetch: async (request, arrival) => app.fetch(request, { arrival: { peer: arrival?.peer } }) };
}

type Sent = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>>; readonly duplex?: "half" };

/** As a program with Fiona's key sends it. */
export function asFiona(path: string, { headers, ...init }: Sent = {}): Request {
  return new Request(`${ORIGIN}${path}`, { headers: { authorization: "Bearer fiona", ...headers }, ...init });
}

export function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Request {
  return asFiona(path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

export async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}

const Anything = z.unknown().meta({ id: "Anything" });

/** Gives back the body. */
export const echo: Endpoint = endpoint({
  id: "echo",
  method: "post",
  path: "/v1/echo/{id}",
  summary: "Gives back what it gets.",
  params: z.object({ id: z.string() }),
  query: z.object({ limit: z.coerce.number().int().max(10).optional() }),
  body: z.unknown().refine((value) => value !== undefined),
  answer: Anything,
  run: async (_context, given) => given,
});

/** Does what a test says. */
export function getting(run: Endpoint["run"], more: Partial<Endpoint> = {}): Endpoint {
  return { id: "get", method: "get", path: "/v1/it", summary: "What a test says.", answer: Anything, run, ...more };
}

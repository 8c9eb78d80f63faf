import type { OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import { Problem } from "../schemas/problem.ts";
import type { Endpoint, Env } from "./endpoint.ts";

/** The OpenAPI document of what is mounted. */
export function documentOf(app: OpenAPIHono<Env>): object {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version: "1",
      description:
        "See what waits for a person, decide, and follow what became of it. Within /v1 members are only ever added: pass over those that you don't know.",
      license: { name: "MIT" },
    },
    security: [{ key: [] }, { session: [] }],
  });
}

/** How callers say who they are. */
export function describeSecurity({ openAPIRegistry }: OpenAPIHono<Env>): void {
  openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "An API key. What it may do follows from its kind.",
  });
  openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "__Host-countersign",
    description: "The session of a person who has signed in, where the host offers that.",
  });
}

/** Puts an endpoint into the app's OpenAPI document. */
export function describe(app: OpenAPIHono<Env>, { id, method, path, summary, open, params, query, body, answer, also }: Endpoint): void {
  // The library's types of schemas fit neither this zod's nor exactOptionalPropertyTypes.
  const json = (schema: z.ZodType) => ({ "application/json": { schema: schema as never } });
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    path,
    summary,
    ...(open && { security: [] }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { content: json(body), required: !body.safeParse(undefined).success } }),
    },
    responses: {
      200: {
        description: "It worked.",
        content: { ...json(answer), ...(also !== undefined && { [also]: { schema: { type: "string" } as const } }) },
      },
      default: { description: "It did not: RFC 9457.", content: { "application/problem+json": { schema: Problem as never } } },
    },
  });
}

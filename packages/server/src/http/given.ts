import { parseInput } from "@countersign/core/surface";
import type { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { parseJson } from "./parse-json.ts";
import { HttpError } from "./problem.ts";
import { readBody, type BodyLimits } from "./read-body.ts";

/** Parameters, query and body of a request by the schemas of its endpoint. */
export interface Given {
  readonly params: never;
  readonly query: never;
  readonly body: never;
}

/**
 * The address first: for a wrong one the body is not read.
 * @param params as they stand in the path
 * @throws INVALID_ARGS with the issues by path; HttpError BAD_BODY, TOO_LARGE, BODY_TOO_SLOW, NOT_JSON_BODY
 */
export async function readGiven(
  { params, query, body }: Endpoint,
  request: Request,
  path: Readonly<Record<string, string>>,
  limits: BodyLimits,
): Promise<Given> {
  return {
    params: (params && parseInput(params, path, "params")) as never,
    query: (query && parseInput(query, queryOf(request), "query")) as never,
    body: (await readSchema(body, request, limits)) as never,
  };
}

async function readSchema(schema: z.ZodType | undefined, request: Request, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBody(request, limits);
  if (!schema) {
    if (bytes.byteLength > 0) throw new HttpError("BAD_BODY", { detail: "This takes no body. Send none." });
    return undefined;
  }
  if (bytes.byteLength === 0 && schema.safeParse(undefined).success) return schema.parse(undefined);
  return parseInput(schema, parseJson(bytes), "body");
}

/** A name that stands twice is a list. */
function queryOf(request: Request): Readonly<Record<string, string | readonly string[]>> {
  const { searchParams } = new URL(request.url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const [first = "", ...more] = searchParams.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

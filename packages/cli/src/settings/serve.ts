import type { Duration } from "@countersign/core";
import { didYouMean, durationMs } from "@countersign/core/policy";
import { z } from "zod";

/** What `countersign serve` reads of the files of settings. Secrets stand in variables, and code nowhere. */
export interface ServeSettings {
  /** Where people reach the server, with the path that it is mounted at, if there is one. */
  readonly url?: string | undefined;
  /** Further names, with their ports, under which it is reached. */
  readonly hosts?: readonly string[] | undefined;
  /** Roles. */
  readonly operators?: readonly string[] | undefined;
  readonly auditors?: readonly string[] | undefined;
  /** How long ago whoever decides may have signed in. */
  readonly maxAge?: Duration | undefined;
  readonly oidc?: OidcSettings | undefined;
  readonly proxy?: ProxySettings | undefined;
}

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuthentication?: "basic" | "post" | undefined;
  readonly scope?: string | undefined;
  /** The claim that lists a person's roles, where no `people` say them. */
  readonly rolesClaim?: string | undefined;
  readonly lasts?: Duration | undefined;
  readonly idle?: Duration | undefined;
}

export interface ProxySettings {
  /** The header in which the proxy says who it let in. */
  readonly header: string;
  /** Its addresses. */
  readonly from?: readonly string[] | undefined;
  /** The header is a token that these keys have signed. */
  readonly jwt?: { readonly jwks: string; readonly issuer: string; readonly audience: string } | undefined;
  /** Where roles come from if no `people` say them. */
  readonly rolesHeader?: string | undefined;
  readonly rolesClaim?: string | undefined;
}

const text = z.string().min(1);
const names = z.array(text).min(1).readonly();
const duration = z.custom<Duration>((value) => typeof value === "string" && durationMs(value as Duration) !== undefined);
const shape = {
  url: z.url({ protocol: /^https?$/ }).optional(),
  // What createServer takes, told in the words of a file.
  hosts: z
    .array(z.string().regex(/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i))
    .min(1)
    .readonly()
    .optional(),
  operators: names.optional(),
  auditors: names.optional(),
  maxAge: duration.optional(),
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https?$/ }),
      clientId: text,
      clientAuthentication: z.enum(["basic", "post"]).optional(),
      scope: text.optional(),
      rolesClaim: text.optional(),
      lasts: duration.optional(),
      idle: duration.optional(),
    })
    .optional(),
  proxy: z
    .strictObject({
      header: text,
      from: names.optional(),
      jwt: z.strictObject({ jwks: z.url({ protocol: /^https?$/ }), issuer: text, audience: text }).optional(),
      rolesHeader: text.optional(),
      rolesClaim: text.optional(),
    })
    .optional(),
};
export const serveSchema: z.ZodType<ServeSettings> = z.strictObject(shape);

/** How each setting is written. */
const EXAMPLES: Readonly<Record<string, string>> = {
  serve: '"serve": {"url": "https://approvals.acme.example", "operators": ["ops"]}',
  "serve.url": '"url": "https://approvals.acme.example"',
  "serve.hosts": '"hosts": ["approvals.acme.example", "10.0.0.4:4600"]',
  "serve.operators": '"operators": ["ops"]',
  "serve.auditors": '"auditors": ["audit"]',
  "serve.maxAge": '"maxAge": "15m"',
  "serve.oidc": '"oidc": {"issuer": "https://id.acme.example", "clientId": "countersign"}',
  "serve.proxy": '"proxy": {"header": "X-Forwarded-User", "from": ["10.0.0.7"]}',
};

/** What is wrong with a setting of `serve`, and what to write. */
export function serveMistake(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String);
  const example = EXAMPLES[place.slice(0, 2).join(".")] ?? EXAMPLES["serve"];
  if (issue.code !== "unrecognized_keys") return `${place.join(".")} can't be used. Write ${example}.`;
  const [key = ""] = issue.keys;
  if (/secret|password/i.test(key))
    return `${place.join(".")} has ${key}, and a file is no place for a secret. Remove it, and set COUNTERSIGN_OIDC_CLIENT_SECRET.`;
  const meant = place.length === 1 ? didYouMean(key, Object.keys(shape)) : "";
  return `There is no setting ${key} in ${place.join(".")}.${meant === "" ? ` Write ${example}.` : meant}`;
}

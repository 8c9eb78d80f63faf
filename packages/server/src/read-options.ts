import { CountersignError, type Gate, type Principal } from "@countersign/core";
import { demandOptions, shown, timerMs } from "@countersign/core/surface";
import { quietly, type OnAccess } from "./access/access-event.ts";
import type { Officers } from "./access/rights.ts";
import type { OnError } from "./http/answer-problem.ts";
import type { Cors } from "./http/cors.ts";
import { hostName } from "./http/host-name.ts";
import { logError } from "./http/log-error.ts";
import type { Inbox, InboxFile } from "./inbox/inbox.ts";
import type { Limits, ServerOptions } from "./options.ts";
import { readWays, type Ways } from "./sign-in/ways.ts";

/** What {@link ServerOptions} come to. */
export interface ResolvedOptions {
  readonly gateOf: (by: Principal) => Gate;
  readonly ways: Ways["authenticate"];
  /** The addresses of signing in. */
  readonly signInRoutes: Ways["routes"];
  readonly signIns: Ways["places"];
  readonly officers: Officers;
  readonly hosts: ReadonlySet<string>;
  /** "" or "/approvals". */
  readonly basePath: string;
  readonly inbox: Inbox | undefined;
  readonly cors: Cors | undefined;
  /** Ms, or `Infinity`. */
  readonly maxAge: number;
  /** Ms, bytes, and `Infinity` for no limit. */
  readonly limits: { readonly [L in keyof Required<Limits>]: number };
  readonly onError: OnError;
  readonly onAccess: OnAccess;
}

const CALL = 'createServer({ gate, authenticate, hosts: ["approvals.acme.example"] })';
const NAMES: { readonly [N in keyof Required<ServerOptions>]: true } = {
  gate: true,
  authenticate: true,
  hosts: true,
  operators: true,
  auditors: true,
  basePath: true,
  inbox: true,
  cors: true,
  limits: true,
  maxAge: true,
  onError: true,
  onAccess: true,
};
const LIMITS = { body: 1_048_576, bodyWithin: 10_000, answerWithin: 30_000, requests: 1_200, failures: 60 };

/** @throws SETUP naming the option and what to write */
export function readOptions(options: ServerOptions): ResolvedOptions {
  demandOptions(options, Object.keys(NAMES), CALL);
  const {
    gate,
    authenticate,
    hosts,
    operators = [],
    auditors = [],
    basePath = "",
    inbox,
    cors,
    limits = {},
    maxAge,
    onError = logError,
    onAccess = () => {},
  } = options;
  const given = [authenticate].flat();
  demand(typeof gate === "function" || isGate(gate), "gate", gate, "Write what createGate gave, or a function that gives it");
  demand(given.length > 0, "authenticate", authenticate, "Write at least one way to tell who calls");
  for (const way of given)
    demand(isWay(way), "authenticate", way, "Write a function that tells who calls, what oidc() gave, or a list of them");
  demand(typeof onError === "function", "onError", onError, "Write a function, or leave it out");
  demand(typeof onAccess === "function", "onAccess", onAccess, "Write a function, or leave it out");
  demand(inbox === undefined || isInbox(inbox), "inbox", inbox, "Write inbox of @countersign/inbox, or leave it out");
  const place = { hosts: readHosts(hosts), basePath: readBasePath(basePath) };
  const ways = readWays(given, place);
  return {
    ...place,
    gateOf: typeof gate === "function" ? gate : () => gate,
    ways: ways.authenticate,
    signInRoutes: ways.routes,
    signIns: ways.places,
    officers: { operators: readRoles("operators", operators), auditors: readRoles("auditors", auditors) },
    inbox,
    cors: cors === undefined ? undefined : readCors(cors),
    limits: readLimits(limits),
    maxAge: maxAge === undefined ? Infinity : readTime("maxAge", maxAge),
    onError,
    onAccess: quietly(onAccess),
  };
}

function isGate(value: unknown): boolean {
  return typeof value === "object" && value !== null && "decide" in value && "store" in value;
}

function isWay(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null && "authenticate" in value && "routes" in value);
}

function isInbox(value: unknown): boolean {
  const files = typeof value === "object" && value !== null && "files" in value ? value.files : undefined;
  if (typeof files !== "object" || files === null || !Object.hasOwn(files, "index.html")) return false;
  return Object.values(files).every((file: Partial<InboxFile> | null) => typeof file?.body === "string" && typeof file.type === "string");
}

function readHosts(hosts: unknown): ReadonlySet<string> {
  const example = 'Write the names under which the server is reached, as in ["approvals.acme.example", "localhost:4000"]';
  demand(Array.isArray(hosts) && hosts.length > 0, "hosts", hosts, example);
  for (const host of hosts as readonly unknown[]) {
    const isHost = typeof host === "string" && /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host);
    demand(isHost, "hosts", host, "Write a name with its port, if it has one: no https://, no path, no *");
  }
  return new Set((hosts as readonly string[]).map(hostName));
}

function readRoles(name: string, roles: unknown): readonly string[] {
  const isRoles = Array.isArray(roles) && roles.every((role) => typeof role === "string" && role !== "");
  demand(isRoles, name, roles, `Write a list of roles, as in ["${name}"]`);
  return roles as readonly string[];
}

function readBasePath(path: unknown): string {
  const isPath = typeof path === "string" && /^(?:\/[\w.~-]+)*\/?$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
  demand(isPath, "basePath", path, 'Write a path that begins with a slash, as in "/approvals"');
  return String(path).replace(/\/$/, "");
}

function readCors(cors: Cors): Cors {
  demandOptions(cors, ["origins", "credentials"], 'cors({ origins: ["https://desk.acme.example"] })');
  const { origins, credentials = false } = cors;
  const example = 'Write each origin as browsers send it, as in "https://desk.acme.example"';
  demand(Array.isArray(origins) && origins.length > 0, "cors.origins", origins, example);
  for (const origin of origins) {
    const isOrigin = typeof origin === "string" && URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).origin === origin;
    demand(isOrigin, "cors.origins", origin, example);
  }
  demand(typeof credentials === "boolean", "cors.credentials", credentials, "Write true or false");
  return { origins, credentials };
}

function readLimits(limits: Limits): ResolvedOptions["limits"] {
  demandOptions(limits, Object.keys(LIMITS), 'limits({ answerWithin: "30s" })');
  const { body = LIMITS.body, bodyWithin = LIMITS.bodyWithin, answerWithin = LIMITS.answerWithin } = limits;
  const { requests = LIMITS.requests, failures = LIMITS.failures } = limits;
  demand(Number.isSafeInteger(body) && body > 0, "limits.body", body, "Write bytes, from 1");
  return {
    body,
    bodyWithin: readTime("limits.bodyWithin", bodyWithin),
    answerWithin: readTime("limits.answerWithin", answerWithin),
    requests: readRate("requests", requests),
    failures: readRate("failures", failures),
  };
}

function readTime(name: string, value: unknown): number {
  const ms = timerMs(value);
  demand(ms !== undefined, name, value, 'Write milliseconds above 0, or text such as "30s"');
  return ms ?? 0;
}

function readRate(name: keyof Limits, value: number | false): number {
  demand(
    value === false || (Number.isInteger(value) && value > 0),
    `limits.${name}`,
    value,
    "Write how many a minute, from 1, or false for any number",
  );
  return value === false ? Infinity : value;
}

function demand(isRight: boolean, name: string, got: unknown, advice: string): void {
  if (!isRight) throw new CountersignError("SETUP", { hint: `createServer: ${name} is ${shown(got)}. ${advice}.` });
}

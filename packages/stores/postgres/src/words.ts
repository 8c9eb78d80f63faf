import { sqlStateOf } from "./sql-state.ts";

/** What is wrong and what to do, by SQLSTATE. The server's own words follow. */
const ADVICE: Readonly<Record<string, string>> = {
  "25006": "this server only reads: it is a replica, or was made read-only. Connect to the primary",
  "26000": "a pooler gave the statement to another session. Connect to PostgreSQL itself, or to a session pool",
  "28000": "the server doesn't let this user in. Check the user in the address, and pg_hba.conf on the server",
  "28P01": "wrong user or password. Check both in the address",
  "3D000": "there is no such database. Create it first: the store makes its schema, not its database",
  "3F000": "the schema is gone. Check its name, or run countersign migrate",
  "42P01": "a table of the schema is gone. Restore the schema from a backup",
  "42501": "this role may not do that. Give it the grants in the README of @countersign/postgres, or connect with another role",
  "53100": "the server's disk is full. Make room on it",
  "53300": "the server has no connection left. Raise its max_connections, or lower `max` of postgresStore",
  "55P03": "another session holds a lock that this one waited for",
  "57014": "the server stopped the statement: it took longer than its own time limit",
  "57P01": "the server is shutting down",
  "57P03": "the server is starting up",
};

/** What the triggers of the schema refuse. */
const AN_AGENT = "this is the role of an agent. Decide with a reviewer's role";

/** What the server said, after what it means. */
export function answerOf(error: Error): string {
  if (/does not support SSL/.test(error.message)) return `the server has no TLS (SSL). Leave \`ssl\` out, or turn it on there`;
  const advice = /may ask and execute, but not sign/.test(error.message) ? AN_AGENT : ADVICE[sqlStateOf(error) ?? ""];
  return advice === undefined ? `the server says: ${error.message}` : `${advice}. The server says: ${error.message}`;
}

/** What the network said where no server did. Several addresses may have been tried. */
export function silenceOf(error: Error): string {
  const errors = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  const said = [...new Set(errors.map(({ message }) => message))].join("; ");
  const codes = errors.map((each) => ("code" in each ? each.code : undefined));
  if (codes.includes("ENOTFOUND") || codes.includes("EAI_AGAIN")) return `There is no host of that name (${said}). Check the address.`;
  if (codes.includes("ECONNREFUSED")) return `Nothing listens there (${said}). Start the server, or check host and port in the address.`;
  return `${said}.`;
}

/** Why a connection could not be made that failed here, not on the server. */
export function refusalOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/password must be a (?:non-empty )?string/.test(message))
    return "the server asks for a password, and the address has none. Add one, or set PGPASSWORD";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return `this machine doesn't trust the server's certificate (${message}). Pass the authority that signed it: ssl: { ca }`;
  return `no connection can be made: ${message}`;
}

import type * as Api from "./answers.ts";
import { apiErrorOf } from "./api-error.ts";
import { heardIn } from "./heard-in.ts";
import { linesOf } from "./lines-of.ts";

export interface ClientOptions {
  /** Where the server is mounted: `https://approvals.acme.example`; for a page of the same host `/approvals`, or empty. */
  readonly baseUrl: string;
  /** An API key. Absent: the browser's session. */
  readonly key?: string | undefined;
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The API, one function a route. Each throws `ApiError` for what the server refuses, and what `fetch` throws when no answer
 * comes. Nothing is tried again for you. You may send decisions, cancellations and freezes again: they then change nothing.
 */
export interface Client {
  getMe(options?: CallOptions): Promise<Api.Me>;
  listRequests(query?: Api.ListRequests, options?: CallOptions): Promise<Api.Requests>;
  /** `seen`: the digest that you last looked at; the review then warns if the arguments have changed. */
  getRequest(id: string, options?: CallOptions & { readonly seen?: string | undefined }): Promise<Api.RequestAnswer>;
  /** `version`: of the request that was shown; if it has changed since, the answer is PRECONDITION_FAILED. */
  decide(id: string, deciding: Api.Deciding, options?: CallOptions & { readonly version?: number | undefined }): Promise<Api.Decided>;
  /** Each is decided by itself: look at each `status`. */
  decideTogether(deciding: Api.DecidingTogether, options?: CallOptions): Promise<Api.DecidedTogether>;
  /** Checks an edit as `decide` would, with the same errors, and says what it would be. Writes nothing. */
  previewEdit(id: string, edit: Api.PreviewingEdit, options?: CallOptions): Promise<Api.Previewed>;
  /** What you have signed yourself, the newest first. */
  listDecisions(query?: Api.ListDecisions, options?: CallOptions): Promise<Api.Decisions>;
  getHistory(id: string, options?: CallOptions): Promise<{ readonly items: readonly Api.AuditEvent[] }>;
  cancel(id: string, given: { readonly reason: string }, options?: CallOptions): Promise<Api.Decided>;
  settle(id: string, settlement: Api.Settlement, options?: CallOptions): Promise<Api.Decided>;
  listGrants(query?: { readonly tool?: string | undefined }, options?: CallOptions): Promise<{ readonly items: readonly Api.Grant[] }>;
  revokeGrant(id: string, options?: CallOptions): Promise<{}>;
  listFreezes(options?: CallOptions): Promise<{ readonly items: readonly Api.Freeze[] }>;
  freeze(freezing: Api.Freezing, options?: CallOptions): Promise<Api.Freeze>;
  liftFreeze(id: string, options?: CallOptions): Promise<{}>;
  listThreads(query?: Api.ListThreads, options?: CallOptions): Promise<Api.Page<Api.ThreadSummary>>;
  listAudit(query?: Api.ListAudit, options?: CallOptions): Promise<Api.Trail>;
  /** All events, as they are read: the trail may be longer than memory. */
  exportAudit(query?: Omit<Api.ListAudit, "limit">, options?: CallOptions): AsyncGenerator<Api.AuditEvent, void, void>;
  verifyAudit(options?: CallOptions): Promise<Api.Verification>;
  listEvents(query?: Api.ListEvents, options?: CallOptions): Promise<Api.LiveEvents>;
  /**
   * Each event as it comes, and each position to go on from. It ends with the session, and with the server: listen again,
   * `after` the last position.
   * @example for await (const { event, position } of client.listen({ after: saved })) { if (event) show(event); if (position) saved = position; }
   */
  listen(query?: Pick<Api.ListEvents, "after">, options?: CallOptions): AsyncGenerator<Api.Heard, void, void>;
}

/**
 * A client of a Countersign server.
 * @example const client = createClient({ baseUrl: "https://approvals.acme.example", key });
 */
export function createClient({ baseUrl, key, fetch = globalThis.fetch }: ClientOptions): Client {
  const base = baseUrl.replace(/\/+$/, "");

  async function send(method: string, path: string, { body, headers, query, signal }: Sending): Promise<Response> {
    const response = await fetch(`${base}/v1${path}${queryText(query)}`, {
      method,
      headers: {
        Accept: "application/json",
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    if (!response.ok) throw await apiErrorOf(response);
    return response;
  }

  async function call<T>(method: string, path: string, sending: Sending = {}): Promise<T> {
    return (await (await send(method, path, sending)).json()) as T;
  }

  const request = (id: string): string => `/requests/${encodeURIComponent(id)}`;
  return {
    getMe: (options) => call("GET", "/me", options),
    listRequests: (query, options) => call("GET", "/requests", { ...options, query }),
    getRequest: (id, { seen, ...options } = {}) => call("GET", request(id), { ...options, query: { seen } }),
    decide: (id, body, { version, ...options } = {}) =>
      call("POST", `${request(id)}/decisions`, {
        ...options,
        body,
        ...(version !== undefined && { headers: { "If-Match": `"${version}"` } }),
      }),
    decideTogether: (body, options) => call("POST", "/decisions", { ...options, body }),
    previewEdit: (id, body, options) => call("POST", `${request(id)}/preview`, { ...options, body }),
    listDecisions: (query, options) => call("GET", "/decisions", { ...options, query }),
    getHistory: (id, options) => call("GET", `${request(id)}/history`, options),
    cancel: (id, body, options) => call("POST", `${request(id)}/cancellation`, { ...options, body }),
    settle: (id, body, options) => call("POST", `${request(id)}/settlement`, { ...options, body }),
    listGrants: (query, options) => call("GET", "/grants", { ...options, query }),
    revokeGrant: (id, options) => call("DELETE", `/grants/${encodeURIComponent(id)}`, options),
    listFreezes: (options) => call("GET", "/freezes", options),
    freeze: (body, options) => call("POST", "/freezes", { ...options, body }),
    liftFreeze: (id, options) => call("DELETE", `/freezes/${encodeURIComponent(id)}`, options),
    listThreads: (query, options) => call("GET", "/threads", { ...options, query }),
    listAudit: (query, options) => call("GET", "/audit", { ...options, query }),
    async *exportAudit(query, options) {
      const { body } = await send("GET", "/audit", { ...options, query, headers: { Accept: "application/x-ndjson" } });
      if (body) for await (const line of linesOf(body)) if (line !== "") yield JSON.parse(line) as Api.AuditEvent;
    },
    async *listen(query, options) {
      const { body } = await send("GET", "/events", { ...options, query, headers: { Accept: "text/event-stream" } });
      if (body) yield* heardIn(body);
    },
    listEvents: (query, options) => call("GET", "/events", { ...options, query }),
    verifyAudit: (options) => call("GET", "/audit/verification", options),
  };
}

interface Sending extends CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: object | undefined;
}

function queryText(query: object = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? "" : `?${params.toString()}`;
}

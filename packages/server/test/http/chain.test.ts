import { CountersignError } from "@countersign/core";
import { expect, test, vi } from "vitest";
import { openEndpoint } from "../../src/http/endpoint.ts";
import { asFiona, codeOf, echo, getting, HOST, ORIGIN, post, serve } from "../support/serve.ts";
import { z } from "zod";

const it = getting(async () => ({ ok: true }));

test.each([
  ["an answer", asFiona("/v1/it"), 200],
  ["a refusal", new Request(`${ORIGIN}/v1/it`), 401],
  ["an address that isn't there", asFiona("/v1/nothing"), 404],
  ["a foreign host", new Request("https://evil.example/v1/it"), 421],
  ["what went wrong", asFiona("/v1/broken"), 500],
])("%s has strict headers, and a name", async (_what, request, status) => {
  const broken = getting(
    () => {
      throw new Error("secret words");
    },
    { id: "broken", path: "/v1/broken" },
  );
  const response = await serve([it, broken]).fetch(request);
  expect(response.status).toBe(status);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-security-policy": expect.stringContaining("default-src 'none'") as string,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("a page has a policy of its own, and its files may be kept", async () => {
  const page = getting(
    async () => new Response("", { headers: { "Content-Security-Policy": "script-src 'self'", "Cache-Control": "max-age=9" } }),
  );
  const { headers } = await serve([page]).fetch(asFiona("/v1/it"));
  expect(headers.get("content-security-policy")).toBe("script-src 'self'");
  expect(headers.get("cache-control")).toBe("max-age=9");
});

test("an answer with headers that can't be changed gets them, too", async () => {
  const away = getting(async () => Response.redirect("https://id.example/"));
  const response = await serve([away]).fetch(asFiona("/v1/it"));
  expect(response.headers.get("location")).toBe("https://id.example/");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test.each(["evil.example", "approvals.example:4000", "approvals.example.evil.example", ""])(
  "is not reached under the name %j",
  async (host) => {
    const { fetch } = serve([it]);
    const response = await fetch(asFiona("/v1/it", { headers: { host } }));
    expect(response.status).toBe(421);
    expect(await codeOf(response)).toBe("WRONG_HOST");
  },
);

test.each(["approvals.example", "APPROVALS.example", "approvals.example:443"])("is reached under the name %j", async (host) => {
  expect((await serve([it]).fetch(asFiona("/v1/it", { headers: { host } }))).status).toBe(200);
});

test("the request id is in the answer and in the problem, and nobody else's is taken", async () => {
  const response = await serve([it]).fetch(asFiona("/v1/nothing", { headers: { "x-request-id": "mine" } }));
  const { requestId } = (await response.json()) as { requestId: string };
  expect(response.headers.get("x-request-id")).toBe(requestId);
  expect(requestId).not.toBe("mine");
});

test("tells which methods an address has", async () => {
  const { fetch } = serve([it, echo]);
  for (const [request, allow] of [
    [asFiona("/v1/it", { method: "DELETE" }), "GET, HEAD, OPTIONS"],
    [asFiona("/v1/echo/1"), "POST, OPTIONS"],
    [asFiona("/v1/echo/1", { method: "HEAD" }), "POST, OPTIONS"],
    // Before anybody is asked who they are.
    [new Request(`${ORIGIN}/v1/it`, { method: "PUT" }), "GET, HEAD, OPTIONS"],
  ] as const) {
    const response = await fetch(request);
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  }
  const response = await fetch(new Request(`${ORIGIN}/v1/it`, { method: "OPTIONS" }));
  expect([response.status, response.headers.get("allow"), await response.text()]).toEqual([204, "GET, HEAD, OPTIONS", ""]);
});

test("HEAD is GET without the body, and ends what would stream", async () => {
  const ended = vi.fn<() => void>();
  const stream = getting(async () => new Response(new ReadableStream({ cancel: ended }), { headers: { "x-of": "get" } }));
  const response = await serve([stream]).fetch(asFiona("/v1/it", { method: "HEAD" }));
  expect([response.status, response.headers.get("x-of"), await response.text()]).toEqual([200, "get", ""]);
  expect(ended).toHaveBeenCalledOnce();
});

test.each(["", "/", "/approvals", "/approvals/", "/a/b"])("is mounted at %j", async (basePath) => {
  const { fetch } = serve([getting(async (context) => ({ basePath: context.basePath }))], { basePath });
  const base = basePath.replace(/\/$/, "");
  expect(await (await fetch(asFiona(`${base}/v1/it`))).json()).toEqual({ basePath: base });
  expect((await fetch(asFiona(`${base}/v1/it/`))).status).toBe(404);
  if (base !== "") expect((await fetch(asFiona("/v1/it"))).status).toBe(404);
});

test("says nothing of an unexpected error, and tells the host", async () => {
  const onError = vi.fn<(error: unknown, request: { requestId: string }) => void>();
  const failed = new Error("password=hunter2");
  const { fetch } = serve([getting(() => Promise.reject(failed))], { onError });
  const text = await (await fetch(asFiona("/v1/it"))).text();
  expect(text).not.toContain("hunter2");
  expect(JSON.parse(text)).toMatchObject({ code: "INTERNAL", status: 500 });
  expect(onError).toHaveBeenCalledExactlyOnceWith(failed, { requestId: (JSON.parse(text) as { requestId: string }).requestId });
});

test("what is thrown and is no error is a 500 as well", async () => {
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is the point
  const { fetch } = serve([getting(() => Promise.reject("a word"))]);
  expect((await fetch(asFiona("/v1/it"))).status).toBe(500);
});

test("an onError that throws changes nothing of the answer", async () => {
  const onError = (): never => {
    throw new Error("the log is full");
  };
  const { fetch } = serve([getting(() => Promise.reject(new Error("failed")))], { onError });
  expect(await codeOf(await fetch(asFiona("/v1/it")))).toBe("INTERNAL");
});

test("writes a line on standard error without the message of an error that isn't ours", async () => {
  const line = vi.spyOn(console, "error").mockImplementation(() => {});
  const { fetch } = serve([getting(() => Promise.reject(new TypeError("password=hunter2")))], { onError: undefined });
  await fetch(asFiona("/v1/it"));
  expect(line).toHaveBeenCalledOnce();
  const written = String(line.mock.calls[0]?.[0]);
  expect(written).toMatch(/^countersign: request [0-9a-f-]{36} failed: TypeError at .*chain\.test\.ts/);
  expect(written).not.toContain("hunter2");
  expect(written).not.toContain("\n");
});

test("nobody writes a line of their own into the log", async () => {
  const line = vi.spyOn(console, "error").mockImplementation(() => {});
  const broken = new CountersignError("AUDIT_BROKEN", {
    subject: "a\ncountersign: all is well\u2028\u001b[2K",
    seq: 1,
    flaw: "it differs",
  });
  await serve([getting(() => Promise.reject(broken))], { onError: undefined }).fetch(asFiona("/v1/it"));
  expect(String(line.mock.calls[0]?.[0])).toMatch(/^countersign: request .* failed: AUDIT_BROKEN: [\x20-\x7e]*$/);
});

test("a store that is away is 503, without a word of its own", async () => {
  const onError = vi.fn<() => void>();
  const away = new CountersignError("STORE_UNAVAILABLE", { retryable: true, answered: "password for role hunter2 is wrong" });
  const response = await serve([getting(() => Promise.reject(away))], { onError }).fetch(asFiona("/v1/it"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  const text = await response.text();
  expect(text).not.toContain("hunter2");
  expect(JSON.parse(text)).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: true } });
  expect(onError).toHaveBeenCalledOnce();
});

test("a caller who has gone is no error", async () => {
  const onError = vi.fn<() => void>();
  const gone = new AbortController();
  const waits = getting(({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))));
  const answer = serve([waits], { onError }).fetch(asFiona("/v1/it", { signal: gone.signal }));
  setTimeout(() => gone.abort(), 10);
  await answer;
  expect(onError).not.toHaveBeenCalled();
});

test("what takes too long is answered without it, and told", async () => {
  let told: AbortSignal | undefined;
  const never = getting(({ signal }) => {
    told = signal;
    return new Promise(() => {});
  });
  const response = await serve([never], { limits: { answerWithin: 20 } }).fetch(asFiona("/v1/it"));
  expect([response.status, await codeOf(response), told?.aborted]).toEqual([504, "NO_ANSWER", true]);
});

test("a stream, and an endpoint that says so, take as long as they like", async () => {
  let told: AbortSignal | undefined;
  const stream = getting(async ({ signal }) => {
    told = signal;
    return new Response(new ReadableStream({ start: (c) => void setTimeout(() => (c.enqueue(Buffer.from("late")), c.close()), 60) }));
  });
  const long = getting(() => new Promise((resolve) => void setTimeout(() => resolve({}), 60)), {
    id: "long",
    path: "/v1/long",
    within: Infinity,
  });
  const { fetch } = serve([stream, long], { limits: { answerWithin: 20 } });
  expect(await (await fetch(asFiona("/v1/it"))).text()).toBe("late");
  expect(told?.aborted).toBe(false);
  expect((await fetch(asFiona("/v1/long"))).status).toBe(200);
});

test("an open endpoint answers anybody, and gets nobody", async () => {
  const open = openEndpoint({
    id: "open",
    method: "get",
    path: "/open",
    summary: "Open.",
    answer: z.unknown(),
    run: async (visit) => ({ knows: Object.keys(visit).toSorted() }),
  });
  const response = await serve([open]).fetch(new Request(`https://${HOST}/open`));
  expect(await response.json()).toEqual({ knows: ["arrival", "basePath", "request", "requestId", "signal"] });
});

test("the endpoint's parameters, query and body come by their schemas", async () => {
  const { fetch } = serve([echo]);
  expect(await (await fetch(post("/v1/echo/a%20b?limit=3", '{"x":[1]}'))).json()).toEqual({
    params: { id: "a b" },
    query: { limit: 3 },
    body: { x: [1] },
  });
  const response = await fetch(post("/v1/echo/1?limit=99", "{}"));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ code: "INVALID_ARGS", details: { issues: [{ path: ["query", "limit"] }] } });
});

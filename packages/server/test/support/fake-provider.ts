import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWTPayload } from "jose";

/** How a provider answers that means ill, or is broken. What it doesn't say is as it should be. */
export interface Lie {
  /** Over the claims of the ID token. */
  readonly claims?: JWTPayload;
  /** Claims that are left out. */
  readonly without?: readonly string[];
  /** Signed by a key that nobody knows, by none, or by the client's secret. */
  readonly signed?: "foreign" | "none" | "secret";
  readonly tokens?: "away" | "broken" | "no-id-token";
  /** Over the parameters of the address that the browser comes back to. */
  readonly answer?: Readonly<Record<string, string>>;
}

/** A provider that does as it is told. Nobody has to sign in: whoever is sent there comes back as `sub`. */
export class FakeProvider {
  lie: Lie = {};
  sub = "117";
  readonly #http: Server;
  readonly #keys: GenerateKeyPairResult;
  /** Codes that nobody has traded yet, with what was asked. */
  readonly #codes = new Map<string, URLSearchParams>();

  private constructor(http: Server, keys: GenerateKeyPairResult) {
    this.#http = http;
    this.#keys = keys;
  }

  static async start(): Promise<FakeProvider> {
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        void provider
          .#answer(new URL(request.url ?? "", provider.issuer), Buffer.concat(chunks).toString())
          .then(({ status = 200, body }) => {
            response.writeHead(status, { "Content-Type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
          });
      });
    });
    const provider = new FakeProvider(http, await generateKeyPair("RS256", { extractable: true }));
    await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
    return provider;
  }

  get issuer(): string {
    return `http://localhost:${(this.#http.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((stopped) => {
      this.#http.close(() => stopped());
      this.#http.closeAllConnections();
    });
  }

  /** What a browser does at the provider: it is sent there, and comes back to the address that this answers. */
  visit(asked: string): string {
    const { searchParams: parameters } = new URL(asked);
    const code = `code-${this.#codes.size}`;
    this.#codes.set(code, parameters);
    const back = new URL(parameters.get("redirect_uri") ?? "");
    const answer = { code, state: parameters.get("state") ?? "", iss: this.issuer, ...this.lie.answer };
    for (const [name, value] of Object.entries(answer)) if (value !== "") back.searchParams.set(name, value);
    return String(back);
  }

  async #answer({ pathname }: URL, text: string): Promise<{ readonly status?: number; readonly body: unknown }> {
    const { issuer } = this;
    if (pathname === "/.well-known/openid-configuration")
      return {
        body: {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          authorization_response_iss_parameter_supported: true,
          id_token_signing_alg_values_supported: ["RS256"],
        },
      };
    if (pathname === "/jwks") return { body: { keys: [{ ...(await exportJWK(this.#keys.publicKey)), kid: "k1", alg: "RS256" }] } };
    if (this.lie.tokens === "away") return { status: 502, body: "<h1>Bad gateway</h1>" };
    if (this.lie.tokens === "broken") return { body: "not json" };
    return this.#trade(new URLSearchParams(text));
  }

  async #trade(body: URLSearchParams): Promise<{ readonly status?: number; readonly body: unknown }> {
    const asked = this.#codes.get(body.get("code") ?? "");
    const challenge = asked?.get("code_challenge") ?? "";
    const verifier = new TextEncoder().encode(body.get("code_verifier") ?? "");
    const isProven = Buffer.from(await crypto.subtle.digest("SHA-256", verifier)).toString("base64url") === challenge;
    if (!asked || !isProven) return { status: 400, body: { error: "invalid_grant" } };
    this.#codes.delete(body.get("code") ?? "");
    const token = { access_token: "secret-access-token", token_type: "Bearer" };
    return { body: this.lie.tokens === "no-id-token" ? token : { ...token, id_token: await this.#idToken(asked) } };
  }

  async #idToken(asked: URLSearchParams): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const nonce = asked.get("nonce") ?? "";
    const all: JWTPayload = {
      iss: this.issuer,
      aud: "countersign",
      sub: this.sub,
      nonce,
      iat: now,
      exp: now + 300,
      auth_time: now,
      ...this.lie.claims,
    };
    const claims = Object.fromEntries(Object.entries(all).filter(([name]) => !this.lie.without?.includes(name)));
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    if (this.lie.signed === "none") return `${part({ alg: "none" })}.${part(claims)}.`;
    if (this.lie.signed === "secret")
      return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
    const { privateKey } = this.lie.signed === "foreign" ? await generateKeyPair("RS256") : this.#keys;
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(privateKey);
  }
}

/** The client's secret, at the provider and at the server. */
export const SECRET = "the-secret-of-the-client-which-nobody-may-see";

import { CountersignError } from "@countersign/core";
import * as client from "openid-client";
import { isLoopback } from "../public-url.ts";
import type { Attempt } from "./attempt.ts";
import type { Claims, OidcOptions } from "./options.ts";

/** The provider, as a sign-in needs it. */
export interface Provider {
  /** Where the browser is sent. @throws ProviderError */
  signInUrl(attempt: Attempt): Promise<URL>;
  /** What the provider says of whoever came back. @param answer the address that they came back to @throws ProviderError */
  claimsOf(attempt: Attempt, answer: URL): Promise<Claims>;
}

/** Nobody is let in: the provider is away, or it refuses, or a check of what it said fails. Holds nothing of its answer but a code. */
export class ProviderError extends Error {
  readonly isAway: boolean;
  readonly reason: string;

  constructor(reason: string, { isAway = false }: { readonly isAway?: boolean } = {}) {
    super(reason);
    this.name = "ProviderError";
    this.isAway = isAway;
    this.reason = reason;
  }
}

/** Of the provider's clock and ours. */
const SKEW_S = 60;
const TIMEOUT_S = 10;

/** The provider is looked up when somebody signs in first, so that a server starts without it. @throws SETUP for an issuer without https */
export function providerOf(options: OidcOptions, callback: string): Provider {
  const { clientId, scope = "openid profile" } = options;
  const issuer = readIssuer(options.issuer);
  let found: Promise<client.Configuration> | undefined;
  const configuration = (): Promise<client.Configuration> => {
    found ??= discover(issuer, clientId, options).catch((error: unknown) => {
      found = undefined;
      throw new ProviderError(`it can't be looked up (${codeOf(error)})`, { isAway: true });
    });
    return found;
  };
  return {
    async signInUrl({ state, nonce, verifier, isFresh }) {
      return client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: callback,
        scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...(isFresh && { prompt: "login", max_age: "0" }),
      });
    },
    async claimsOf({ state, nonce, verifier, isFresh, at }, answer) {
      const config = await configuration();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config, answer, checks).catch((error: unknown) => {
        throw new ProviderError(codeOf(error), { isAway: isAway(error) });
      });
      const claims = tokens.claims();
      if (!claims) throw new ProviderError("there is no ID token");
      if (isFresh && !((claims.auth_time ?? 0) + SKEW_S >= at / 1_000))
        throw new ProviderError("it did not ask anew who it is: auth_time is missing or too old");
      return claims;
    },
  };
}

async function discover(
  issuer: URL,
  clientId: string,
  { clientSecret, clientAuthentication = "basic" }: OidcOptions,
): Promise<client.Configuration> {
  const authentication =
    clientSecret === undefined
      ? client.None()
      : clientAuthentication === "basic"
        ? client.ClientSecretBasic(clientSecret)
        : client.ClientSecretPost(clientSecret);
  // The signature of an ID token counts, wherever it comes from.
  // oxlint-disable-next-line typescript/no-deprecated -- it is called so to stand out; readIssuer lets http in on loopback alone
  const execute = [client.enableNonRepudiationChecks, ...(issuer.protocol === "http:" ? [client.allowInsecureRequests] : [])];
  return client.discovery(issuer, clientId, undefined, authentication, { execute, timeout: TIMEOUT_S });
}

function readIssuer(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)))) return url;
  throw new CountersignError("SETUP", {
    hint: `${JSON.stringify(given)} is no issuer. Write issuer: "https://id.acme.example"; http is for localhost.`,
  });
}

/** Without an answer, or with one that a broken provider gives. */
function isAway(error: unknown): boolean {
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  if (!(error instanceof client.ClientError)) return error instanceof TypeError;
  return (
    error.code === "OAUTH_TIMEOUT" ||
    error.code === "OAUTH_RESPONSE_IS_NOT_CONFORM" ||
    error.code === "OAUTH_RESPONSE_IS_NOT_JSON" ||
    error.code === "OAUTH_PARSE_ERROR"
  );
}

/** Of a message of the library, or of a provider's text, anybody may have written any part: codes alone go on. */
function codeOf(error: unknown): string {
  const isAnswer = error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError;
  const code = isAnswer ? error.error : error instanceof client.ClientError ? error.code : undefined;
  return code !== undefined && /^\w{1,60}$/.test(code) ? code : "no answer that can be used";
}

import { CountersignError } from "@countersign/core";
import { demandOptions } from "@countersign/core/surface";
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { HttpError } from "../../http/problem.ts";
import type { Claims } from "../oidc/options.ts";
import { isLoopback } from "../public-url.ts";

/** How a proxy's token is checked. All of it must hold. */
export interface JwtOptions {
  /** The keys: their address, or themselves. */
  readonly jwks: string | JSONWebKeySet;
  readonly issuer: string;
  readonly audience: string;
  /** Default: RS256, PS256, ES256 and EdDSA. Secrets that both sides know (HS256) are not taken. */
  readonly algorithms?: readonly string[] | undefined;
}

const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
const ASYMMETRIC = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;

/** Answers what the token says. @throws SETUP for keys without https, and for symmetric algorithms */
export function verified(options: JwtOptions): (token: string) => Promise<Claims> {
  demandOptions(options, ["jwks", "issuer", "audience", "algorithms"], 'jwt({ jwks: "https://…", issuer, audience })');
  const { jwks, issuer, audience, algorithms = ALGORITHMS } = options;
  const wrong = algorithms.find((each) => !ASYMMETRIC.test(each));
  if (wrong !== undefined || algorithms.length === 0 || issuer === "" || audience === "")
    throw new CountersignError("SETUP", {
      hint: `A proxy's token can't be checked like this${wrong === undefined ? "" : `: ${wrong} is no asymmetric algorithm`}. Write jwt: { jwks: "https://…", issuer, audience, algorithms: ["RS256"] }.`,
    });
  const keys = keysOf(jwks);
  return async (token) => {
    try {
      const options = { issuer, audience, algorithms: [...algorithms], requiredClaims: ["sub", "exp"], clockTolerance: 30 };
      const { payload, protectedHeader } = await jwtVerify(token, keys, options);
      const { iss, sub } = payload;
      // A token of another purpose that the same keys sign, such as one of signing out, says so.
      const isPlain = protectedHeader.typ === undefined || /^(application\/)?jwt$/i.test(protectedHeader.typ);
      if (!isPlain || iss === undefined || sub === undefined || sub === "") throw new errors.JWTInvalid("not a token of a person");
      return { ...payload, iss, sub };
    } catch (error) {
      throw isAway(error)
        ? new HttpError("SIGN_IN_AWAY", { headers: { "Retry-After": "10" } })
        : new HttpError("UNAUTHENTICATED", { detail: "The proxy's token does not hold." });
    }
  };
}

function keysOf(jwks: string | JSONWebKeySet): JWTVerifyGetKey {
  if (typeof jwks !== "string") return createLocalJWKSet(jwks);
  const url = URL.canParse(jwks) ? new URL(jwks) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return createRemoteJWKSet(url);
  throw new CountersignError("SETUP", {
    hint: `Keys that come from ${JSON.stringify(jwks)} can't be trusted. Write jwks: "https://…"; http is for localhost.`,
  });
}

/** Their server is away, or answered without keys: nobody can tell whether the token is right. */
function isAway(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  // What the library throws for another status than 200 has no class of its own.
  return error instanceof errors.JOSEError ? error.code === "ERR_JOSE_GENERIC" : error instanceof TypeError;
}

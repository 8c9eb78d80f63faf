/** `@countersign/server`: the HTTP API of a gate, to be mounted in any server. @module */
export type { OnAccess, Refused, SignedIn } from "./access/access-event.ts";
export type { Arrival, Authenticate, Caller } from "./access/caller.ts";
export { createServer, type Server } from "./create-server.ts";
export type { People } from "./access/people.ts";
export type { OnError } from "./http/answer-problem.ts";
export type { Cors } from "./http/cors.ts";
export type { Limits, ServerOptions } from "./options.ts";
export { createAccounts, type AccountLink, type Accounts } from "./sign-in/accounts.ts";
export { apiKeys } from "./sign-in/keys/api-keys.ts";
export { createKeys, type Keys, type NewKey } from "./sign-in/keys/create-keys.ts";
export type { KeyGrant, KeyInfo } from "./sign-in/keys/key.ts";
export { signInLink, type SignInLink, type SignInLinkOptions } from "./sign-in/link/sign-in-link.ts";
export { oidc } from "./sign-in/oidc/oidc.ts";
export type { Claims, OidcOptions, WhoPeopleAre } from "./sign-in/oidc/options.ts";
export { trustedProxy, type TrustedProxyOptions } from "./sign-in/proxy/trusted-proxy.ts";
export type { JwtOptions } from "./sign-in/proxy/verified.ts";
export { endSessionsOf } from "./sign-in/sessions.ts";
export type { SignIn, SignInGiven, SignInRoute } from "./sign-in/sign-in.ts";

import type { Duration, Gate } from "@countersign/core";
import type { People } from "../../access/people.ts";

/** What the provider says of a person in its ID token. */
export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/** Who people are, and which roles they have: a list says it, or the provider's claims. */
export type WhoPeopleAre =
  | {
      /**
       * Nobody else is let in. The list has `issuer#subject` as an id or alias of each person, and is asked with every request:
       * whoever loses a role there has lost it.
       */
      readonly people: People;
      readonly roles?: undefined;
    }
  | {
      /** Roles by the claims, as they were at sign-in. Their sessions last an hour at the most. The person's id is `issuer#subject`. */
      readonly roles: (claims: Claims) => readonly string[] | Promise<readonly string[]>;
      readonly people?: undefined;
    };

/** What {@link oidc} needs. */
export type OidcOptions = WhoPeopleAre & {
  /** Its store keeps the sessions. */
  readonly gate: Gate;
  /** Where browsers reach the server, with its base path. The provider has to know `<url>/auth/oidc/callback`. */
  readonly url: string;
  /** The provider's address, as its ID tokens say it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret?: string | undefined;
  /** How the secret is sent to the provider. Default: `basic`. */
  readonly clientAuthentication?: "basic" | "post" | undefined;
  /** What is asked of the provider. Default: `openid profile`. */
  readonly scope?: string | undefined;
  /** A session ends then. Default: 12 hours; 1 hour, and no more, with roles by claims. */
  readonly lasts?: Duration | undefined;
  /** A session that nobody uses ends then. Default: 1 hour. */
  readonly idle?: Duration | undefined;
  /** Its part of the addresses, for servers with several providers. Default: `oidc`. */
  readonly name?: string | undefined;
};

import { CountersignError, type Principal } from "@countersign/core";
import { demandOptions } from "@countersign/core/surface";
import { personOf, type People } from "../../access/people.ts";
import type { Arrival, Authenticate, Caller } from "../../access/caller.ts";
import { HttpError } from "../../http/problem.ts";
import type { Claims } from "../oidc/options.ts";
import { listed } from "./listed.ts";
import { verified, type JwtOptions } from "./verified.ts";

/** What {@link trustedProxy} needs. */
export interface TrustedProxyOptions {
  /** The header in which the proxy says who it let in. The proxy has to take it away from what browsers send. */
  readonly header: string;
  /** The addresses of the proxy: `10.0.0.0/8`, `fd00::/8`, `127.0.0.1`. Needed unless there is `jwt`; with both, both must hold. */
  readonly from?: readonly string[] | undefined;
  /** The header is a token that is checked. The person is `issuer#subject`. */
  readonly jwt?: JwtOptions | undefined;
  /** Who there is, and their roles. Nobody else is let in. */
  readonly people?: People | undefined;
  /** The header in which the proxy says roles, with commas between. Without `people` and `jwt`. */
  readonly rolesHeader?: string | undefined;
  /** Roles by the token's claims. With `jwt`, without `people`. */
  readonly roles?: ((claims: Claims) => readonly string[] | Promise<readonly string[]>) | undefined;
}

/**
 * A proxy before the server signs people in and names them in a header. It is believed if it comes from an address that is
 * listed, or if the header is a token that verifies; anybody else who sends the header is refused.
 * @example trustedProxy({ header: "X-Forwarded-User", from: ["10.0.0.0/8"], people })
 * @example trustedProxy({ header: "Cf-Access-Jwt-Assertion", jwt: { jwks, issuer, audience }, people })
 * @throws SETUP without `from` and `jwt`, without roles, for an option that there isn't, and for addresses that are none
 */
export function trustedProxy(options: TrustedProxyOptions): Authenticate {
  const known = ["header", "from", "jwt", "people", "rolesHeader", "roles"];
  demandOptions(options, known, 'trustedProxy({ header: "X-Forwarded-User", from: ["10.0.0.0/8"], people })');
  const { header, from, jwt, people, rolesHeader, roles } = options;
  if (!from?.length && !jwt)
    throw new CountersignError("SETUP", {
      hint: 'Anybody can send a header. Write from: ["10.0.0.0/8"] with the proxy\'s addresses, or jwt: { jwks, issuer, audience }.',
    });
  if (
    [people, rolesHeader, roles].filter((each) => each !== undefined).length !== 1 ||
    (roles && !jwt) ||
    (rolesHeader !== undefined && jwt)
  )
    throw new CountersignError("SETUP", {
      hint: "Say where roles come from: people, or else rolesHeader, or else roles (which needs jwt).",
    });
  const isListed = from && listed(from);
  const verify = jwt && verified(jwt);

  return async (request, arrival) => {
    const value = request.headers.get(header);
    if (value === null) return undefined;
    if (isListed && !isListed(arrival.peer)) throw refused(arrival);
    if (verify) return callerBy(await verify(value), options);
    // The web's headers join what was sent twice: a proxy that adds to a header lets browsers say who they are.
    if (value === "" || value.includes(",")) throw new HttpError("UNAUTHENTICATED", { detail: `${header} has to have one id.` });
    return callerNamed(value, { people, roles: rolesHeader === undefined ? [] : split(request.headers.get(rolesHeader)) });
  };
}

async function callerBy(claims: Claims, { people, roles }: TrustedProxyOptions): Promise<Caller> {
  const { by } = await callerNamed(`${claims.iss}#${claims.sub}`, { people, roles: roles ? await roles(claims) : [] });
  const { exp, auth_time: at } = claims;
  return {
    by,
    kind: "person",
    ...(typeof exp === "number" && { until: exp * 1_000 }),
    ...(typeof at === "number" && { authenticatedAt: Math.min(at * 1_000, Date.now()) }),
  };
}

async function callerNamed(
  id: string,
  { people, roles }: { readonly people: People | undefined; readonly roles: readonly string[] },
): Promise<Caller> {
  const by: Principal | undefined = people ? await personOf(people, id) : { id, roles, kind: "person" };
  if (!by) throw new HttpError("UNAUTHENTICATED", { detail: "The proxy named somebody who is not in the list of people." });
  return { by, kind: "person" };
}

function refused({ peer }: Arrival): HttpError {
  const detail =
    peer === undefined ? "The host that runs the server doesn't say where requests come from." : "This address may not say who people are.";
  return new HttpError("UNAUTHENTICATED", { detail });
}

function split(value: string | null): readonly string[] {
  return (value ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

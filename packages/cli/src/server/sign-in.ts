import type { Gate, Principal } from "@countersign/core";
import { apiKeys, oidc, signInLink, trustedProxy, type ServerOptions, type SignInLink, type WhoPeopleAre } from "@countersign/server";
import { signer, type Room } from "../desk.ts";
import { usage } from "../failure.ts";
import type { Config } from "../settings/config.ts";

/** How callers are known. */
export interface SignIn {
  readonly ways: ServerOptions["authenticate"];
  /** Of a server that only this machine reaches, and that has no other way for people: its links. */
  readonly link: SignInLink | undefined;
}

/** What a server has settled before it knows how its callers sign in. */
export interface Reached {
  readonly gate: Gate;
  /** Where browsers reach it. */
  readonly url: string;
  /** The settings as they are now. */
  readonly now: () => Promise<Config>;
}

/** Keys for programs, and what the settings say for people. Without that: links for the one whom the settings name. */
export function signInOf(room: Room, { gate, url, now }: Reached): SignIn {
  const { oidc: provider, proxy } = room.config.serve;
  const keys = apiKeys({ gate });
  if (provider) {
    const { rolesClaim, ...settings } = provider;
    const clientSecret = process.env["COUNTERSIGN_OIDC_CLIENT_SECRET"] || undefined;
    const who = rolesOf(room, now, "oidc", rolesClaim);
    return { ways: [keys, oidc({ gate, url, clientSecret, ...settings, ...who })], link: undefined };
  }
  if (proxy) {
    const { rolesClaim, rolesHeader, ...settings } = proxy;
    const who = rolesHeader === undefined ? rolesOf(room, now, "proxy", rolesClaim) : { rolesHeader };
    if (rolesHeader !== undefined && room.config.people) throw usage(TWICE);
    return { ways: [keys, trustedProxy({ ...settings, ...who })], link: undefined };
  }
  signer(room);
  const link = signInLink({ gate, url, linkLasts: "10m", person: async () => personOf(await now()) });
  return { ways: [keys, link], link };
}

/** Has no session, and gets none. */
const NOBODY: Principal = { id: "countersign/nobody" };

/** Whom the settings name, unless the people of now don't have them like this. */
function personOf({ identity, mistake }: Config): Principal {
  return mistake === undefined && identity ? identity : NOBODY;
}

const TWICE = "people say which roles there are, and serve says so, too. Leave rolesClaim and rolesHeader out, or people.";

/** @throws Failure where nothing says who has which role, or two things do */
function rolesOf({ config: { people } }: Room, now: Reached["now"], name: string, claim: string | undefined): WhoPeopleAre {
  if (people && claim !== undefined) throw usage(TWICE);
  if (people) return { people: async () => (await now()).people?.entries ?? [] };
  if (claim === undefined)
    throw usage(
      `Nothing says which roles people have. Write "people": "people.yaml" into countersign.json, or "rolesClaim": "groups" into serve.${name}.`,
    );
  // A list of texts, or one text.
  return { roles: (claims) => [claims[claim]].flat().filter((role): role is string => typeof role === "string") };
}

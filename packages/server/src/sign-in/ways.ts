import { CountersignError } from "@countersign/core";
import type { Authenticate } from "../access/caller.ts";
import { hostName } from "../http/host-name.ts";
import type { SignIn, SignInRoute } from "./sign-in.ts";

/** The ways of a server, as it uses them. */
export interface Ways {
  readonly authenticate: readonly Authenticate[];
  readonly routes: readonly SignInRoute[];
  readonly places: readonly SignInPlace[];
}

/** Where browsers sign in and out in one way: addresses from the root of its host. */
export interface SignInPlace {
  readonly name: string;
  /** Absent: it starts from somewhere else, such as a link. */
  readonly signIn: string | undefined;
  readonly signOut: string | undefined;
}

interface Place {
  readonly basePath: string;
  /** As {@link hostName} writes them. */
  readonly hosts: ReadonlySet<string>;
}

/** @throws SETUP for a way whose addresses are another's, or lead somewhere else than to this server */
export function readWays(given: readonly (Authenticate | SignIn)[], place: Place): Ways {
  const signIns = given.filter((way) => typeof way !== "function");
  for (const { name, url } of signIns) {
    const { host, pathname } = new URL(url);
    if (signIns.filter((other) => other.name === name).length > 1)
      throw setup(`Two ways of signing in are called ${name}. Give one of them another name.`);
    if (!place.hosts.has(hostName(host))) throw setup(`${name} sends browsers to ${host}, which is not one of hosts.`);
    if (pathname.replace(/\/+$/, "") !== place.basePath)
      throw setup(
        `${name} sends browsers to ${url}, and the server is mounted at ${place.basePath || "/"}. Write the same path in url and basePath.`,
      );
  }
  const places = signIns.map(placeOf);
  return {
    places,
    authenticate: given.map((way) => (typeof way === "function" ? way : way.authenticate)),
    routes: [...signIns.flatMap(({ routes }) => routes), listOf(places)],
  };
}

function placeOf({ name, url, routes }: SignIn): SignInPlace {
  const address = (last: string): string | undefined => {
    const route = routes.find(({ path }) => path === `/auth/${name}/${last}`);
    return route && new URL(url).pathname.replace(/\/+$/, "") + route.path;
  };
  return { name, signIn: address("sign-in"), signOut: address("sign-out") };
}

/** For a page that finds nobody signed in: where it may send the browser. Says nothing of anybody. */
function listOf(ways: readonly SignInPlace[]): SignInRoute {
  return {
    method: "get",
    path: "/auth",
    summary: "Where browsers sign in and out here. A way without `signIn` starts from somewhere else, such as a link.",
    run: () => Promise.resolve(Response.json({ ways })),
  };
}

function setup(hint: string): CountersignError {
  return new CountersignError("SETUP", { hint: `createServer: ${hint}` });
}

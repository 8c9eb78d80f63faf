import { personText } from "@countersign/review";
import { z } from "zod";
import { callerOf } from "../access/authenticate.ts";
import type { Authenticate, Caller } from "../access/caller.ts";
import { openEndpoint, type Endpoint, type Visit } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { pageResponse } from "../sign-in/page.ts";
import type { SignInPlace } from "../sign-in/ways.ts";

interface Home {
  readonly basePath: string;
  readonly ways: readonly Authenticate[];
  readonly signIns: readonly SignInPlace[];
}

/** Where browsers arrive when they have signed in, or have typed the server's address: it says who they are here, and where the API is. */
export function homeEndpoints(home: Home): readonly Endpoint[] {
  // `/approvals/`, and `/approvals` as people type it.
  return ["/", ...(home.basePath === "" ? [] : [""])].map((path) =>
    openEndpoint({
      id: `getHome ${path}`,
      method: "get",
      path,
      summary: "For a browser: who is signed in.",
      undescribed: true,
      answer: z.unknown(),
      run: async (visit) => {
        const caller = await known(home.ways, visit);
        return caller ? welcome(caller, home) : stranger(home);
      },
    }),
  );
}

/** Undefined: nobody. @throws what a way throws that can't tell */
async function known(ways: readonly Authenticate[], { request, arrival }: Visit): Promise<Caller | undefined> {
  try {
    return await callerOf(ways, request, arrival);
  } catch (error) {
    if (error instanceof HttpError && error.code === "UNAUTHENTICATED") return undefined;
    throw error;
  }
}

function welcome({ by, until }: Caller, { basePath }: Home): Response {
  const end = until === undefined ? "" : ` until ${new Date(until).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return pageResponse(200, {
    title: "You are signed in",
    text: `You are ${personText(by)} here${end}. You decide with the command line, or with a program of yours. The links show what the API answers you.`,
    links: {
      "What waits for your decision": `${basePath}/v1/requests?mine=true`,
      "Who you are here": `${basePath}/v1/me`,
      "All that the API does": `${basePath}/v1/openapi.json`,
    },
  });
}

function stranger({ signIns }: Home): Response {
  const starting = signIns.flatMap(({ name, signIn }) => (signIn === undefined ? [] : [{ name, signIn }]));
  const isLink = signIns.some(({ name }) => name === "link");
  return pageResponse(401, {
    title: "You are not signed in",
    text: isLink
      ? "Open a sign-in link in this browser. Whoever started the server has one in the terminal."
      : starting.length > 0
        ? "This is a Countersign server. Sign in to see what waits for you."
        : "This is a Countersign server. Sign in where you usually do, and come back.",
    links: Object.fromEntries(starting.map(({ name, signIn }) => [starting.length === 1 ? "Sign in" : `Sign in with ${name}`, signIn])),
  });
}

import { z } from "zod";
import type { OnAccess } from "../access/access-event.ts";
import type { OnError } from "../http/answer-problem.ts";
import { openEndpoint, type Endpoint } from "../http/endpoint.ts";
import type { SignInRoute } from "./sign-in.ts";

/** The addresses of signing in, as endpoints: whatever holds of a request holds of theirs. */
export function signInEndpoints({
  signInRoutes,
  onError,
  onAccess,
}: {
  readonly signInRoutes: readonly SignInRoute[];
  readonly onError: OnError;
  readonly onAccess: OnAccess;
}): readonly Endpoint[] {
  return signInRoutes.map(({ method, path, summary, body, run }) =>
    openEndpoint({
      id: `${method} ${path}`,
      method,
      path,
      summary,
      undescribed: true,
      ...(body && { body }),
      answer: z.unknown(),
      run: ({ request, requestId, arrival: { peer } }, given: { readonly body: unknown }) =>
        run(request, {
          body: given.body,
          report: (error) => onError(error, { requestId }),
          signedIn: (by) => onAccess({ type: "signed-in", way: path.split("/")[2] ?? "", by, peer, requestId }),
        }),
    }),
  );
}

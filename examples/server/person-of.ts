// Stands for the sign-in that your application has already.
import type { Principal } from "@countersign/core";

const SESSIONS: Readonly<Record<string, Principal>> = {
  "session=s-1": { id: "fiona", name: "Fiona Reyes", roles: ["finance"] },
  "session=s-2": { id: "dora", name: "Dora Lind", roles: ["ops"] },
};

/** Whose session it is. Undefined: nobody's, and the caller gets 401. */
export function personOf(request: Request): Principal | undefined {
  return SESSIONS[request.headers.get("cookie") ?? ""];
}

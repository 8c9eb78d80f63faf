import { hostname, userInfo } from "node:os";
import type { Origin } from "@countersign/core";

/** The user and the machine of this process, for the trail. */
export function originHere(): Origin {
  return { user: userName(), host: hostname() || undefined };
}

/** Some containers have no user of that number. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}

import { generateText } from "ai-v7-oldest";
import manifest from "ai-v7-oldest/package.json" with { type: "json" };
import { redirect } from "./redirect.ts";

redirect("ai-v7-oldest");

/** As `peerDependencies` say. */
export const oldestV7 = { version: manifest.version, model: "v4", generateText } as const;

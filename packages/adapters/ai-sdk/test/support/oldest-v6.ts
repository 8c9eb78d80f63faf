import { generateText } from "ai-v6-oldest";
import manifest from "ai-v6-oldest/package.json" with { type: "json" };
import { redirect } from "./redirect.ts";

redirect("ai-v6-oldest");

/** As `peerDependencies` say: before it a provider is given each answer to its questions twice, and takes none of them. */
export const oldestV6 = { version: manifest.version, model: "v3", generateText } as const;

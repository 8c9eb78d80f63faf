import { generateText } from "ai-v6";
import manifest from "ai-v6/package.json" with { type: "json" };
import { redirect } from "./redirect.ts";

redirect("ai-v6");

export const v6 = { version: manifest.version, model: "v3", generateText } as const;

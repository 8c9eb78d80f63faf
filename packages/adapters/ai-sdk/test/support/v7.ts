import { generateText } from "ai";
import manifest from "ai/package.json" with { type: "json" };

/** Version 7 of the SDK, which is what the name `ai` leads to here. */
export const v7 = { version: manifest.version, model: "v4", generateText } as const;

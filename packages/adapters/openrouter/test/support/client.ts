import { OpenRouter } from "@openrouter/agent";
import type { ResponsesServer } from "./responses-server.ts";

/** The SDK on the server of a test. By default it would try a failing request again for an hour. */
export function clientOf({ url }: ResponsesServer): OpenRouter {
  return new OpenRouter({ apiKey: "a-key", serverURL: url, retryConfig: { strategy: "none" } });
}

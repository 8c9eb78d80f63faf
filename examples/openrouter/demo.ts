// The payments agent on OpenRouter's agent SDK, told in the terminal.
import { story } from "../story.ts";

await story({ folder: import.meta.dirname, model: async () => (await import("./agent.ts")).modelName });

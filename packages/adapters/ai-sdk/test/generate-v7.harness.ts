import { generated } from "./support/drives.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";
import { v7 } from "./support/v7.ts";

/** ToolLoopAgent.generate, which is generateText. */
export default neutralAdapter(v7, "generateText", generated);

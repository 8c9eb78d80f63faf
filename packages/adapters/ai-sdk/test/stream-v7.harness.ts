import { streamed } from "./support/drives.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";
import { v7 } from "./support/v7.ts";

/** ToolLoopAgent.stream, which is streamText. */
export default neutralAdapter(v7, "streamText", streamed);

import { v6 } from "./support/v6.ts";

const { streamed } = await import("./support/drives.ts");
const { neutralAdapter } = await import("./support/neutral-adapter.ts");

/** ToolLoopAgent.stream, which is streamText. */
export default neutralAdapter(v6, "streamText", streamed);

import { v6 } from "./support/v6.ts";

const { generated } = await import("./support/drives.ts");
const { neutralAdapter } = await import("./support/neutral-adapter.ts");

/** ToolLoopAgent.generate, which is generateText. */
export default neutralAdapter(v6, "generateText", generated);

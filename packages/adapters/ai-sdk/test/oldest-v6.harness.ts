import { oldestV6 } from "./support/oldest-v6.ts";

const { streamed } = await import("./support/drives.ts");
const { neutralAdapter } = await import("./support/neutral-adapter.ts");

/** The oldest version 6 that this package supports. */
export default neutralAdapter(oldestV6, "streamText", streamed);

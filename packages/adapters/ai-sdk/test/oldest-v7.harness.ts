import { oldestV7 } from "./support/oldest-v7.ts";

const { streamed } = await import("./support/drives.ts");
const { neutralAdapter } = await import("./support/neutral-adapter.ts");

/** The oldest version 7 that this package supports. */
export default neutralAdapter(oldestV7, "streamText", streamed);

import { neutralAdapter } from "./support/neutral-adapter.ts";

/** Every start and resume through the SDK's own stream of events. */
export default neutralAdapter("createRunner, streamed", { streamed: true });

import { neutralAdapter } from "./support/neutral-adapter.ts";

/** An agent whose conversation is kept by a session of the SDK. */
export default neutralAdapter("createRunner with a session", { session: true });

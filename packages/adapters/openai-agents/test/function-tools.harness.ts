import { neutralAdapter } from "./support/neutral-adapter.ts";

/** An agent whose conversation is kept with the thread. */
export default neutralAdapter("createRunner");

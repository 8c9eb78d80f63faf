import { neutralAdapter } from "./support/neutral-adapter.ts";

/** The agent that calls the tools isn't the one that the run begins with. */
export default neutralAdapter("createRunner, after a handoff", { handoff: true });

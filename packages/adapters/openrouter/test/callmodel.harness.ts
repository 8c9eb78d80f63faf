import { neutralAdapter } from "./support/neutral-adapter.ts";

/** callModel, and its answer when it has come. */
export default neutralAdapter("createRunner");

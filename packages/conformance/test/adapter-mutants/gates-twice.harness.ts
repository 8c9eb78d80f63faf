import { miniHarness } from "../mini/harness.ts";

export default miniHarness("gates-twice");

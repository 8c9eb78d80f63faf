import { miniHarness } from "../mini/harness.ts";

export default miniHarness("saves-at-pauses");

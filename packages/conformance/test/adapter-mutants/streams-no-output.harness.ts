import { miniHarness } from "../mini/harness.ts";

export default miniHarness("streams-no-output");

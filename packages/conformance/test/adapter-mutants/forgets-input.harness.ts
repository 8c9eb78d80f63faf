import { miniHarness } from "../mini/harness.ts";

export default miniHarness("forgets-input");

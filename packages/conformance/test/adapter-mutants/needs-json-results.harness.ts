import { miniHarness } from "../mini/harness.ts";

export default miniHarness("needs-json-results");

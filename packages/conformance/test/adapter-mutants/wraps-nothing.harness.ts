import { miniHarness } from "../mini/harness.ts";

export default miniHarness("wraps-nothing");

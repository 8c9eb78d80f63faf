import { miniHarness } from "../mini/harness.ts";

export default miniHarness("parks-on-errors");

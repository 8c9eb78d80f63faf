import { miniHarness } from "../mini/harness.ts";

export default miniHarness("starts-unknown-threads");

import { miniHarness } from "../mini/harness.ts";

export default miniHarness("counts-all-runs");

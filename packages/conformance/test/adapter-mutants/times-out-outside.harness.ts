import { miniHarness } from "../mini/harness.ts";

export default miniHarness("times-out-outside");

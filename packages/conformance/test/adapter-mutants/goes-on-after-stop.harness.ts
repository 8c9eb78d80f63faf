import { miniHarness } from "../mini/harness.ts";

export default miniHarness("goes-on-after-stop");

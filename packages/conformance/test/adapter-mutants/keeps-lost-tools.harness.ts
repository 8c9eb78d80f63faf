import { miniHarness } from "../mini/harness.ts";

export default miniHarness("keeps-lost-tools");

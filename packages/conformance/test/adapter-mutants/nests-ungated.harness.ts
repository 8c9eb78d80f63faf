import { miniHarness } from "../mini/harness.ts";

export default miniHarness("nests-ungated");

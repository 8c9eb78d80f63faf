import { miniHarness } from "../mini/harness.ts";

export default miniHarness("reads-no-schemas");

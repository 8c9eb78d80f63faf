import { miniHarness } from "../mini/harness.ts";

export default miniHarness("parks-for-siblings");

import { miniHarness } from "../mini/harness.ts";

export default miniHarness("leaves-calls-open");

import { miniHarness } from "../mini/harness.ts";

export default miniHarness("confirms-by-itself");

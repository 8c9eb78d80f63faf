import { miniHarness } from "../mini/harness.ts";

export default miniHarness("loses-per-run");

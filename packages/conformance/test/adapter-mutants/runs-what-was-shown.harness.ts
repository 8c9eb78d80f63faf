import { miniHarness } from "../mini/harness.ts";

export default miniHarness("runs-what-was-shown");

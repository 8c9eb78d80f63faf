import { miniHarness } from "../mini/harness.ts";

export default miniHarness("runs-what-cant-be-asked");

import { miniHarness } from "../mini/harness.ts";

export default miniHarness("lets-the-provider");

import { miniHarness } from "../mini/harness.ts";

export default miniHarness("checks-the-model");

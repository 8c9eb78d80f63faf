import { miniHarness } from "../mini/harness.ts";

export default miniHarness("asks-one-by-one");

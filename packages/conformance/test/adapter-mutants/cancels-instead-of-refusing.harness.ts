import { miniHarness } from "../mini/harness.ts";

export default miniHarness("cancels-instead-of-refusing");

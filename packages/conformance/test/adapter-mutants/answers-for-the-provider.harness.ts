import { miniHarness } from "../mini/harness.ts";

export default miniHarness("answers-for-the-provider");

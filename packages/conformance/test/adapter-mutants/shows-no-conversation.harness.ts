import { miniHarness } from "../mini/harness.ts";

export default miniHarness("shows-no-conversation");

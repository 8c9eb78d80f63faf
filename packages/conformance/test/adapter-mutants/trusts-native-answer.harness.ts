import { miniHarness } from "../mini/harness.ts";

export default miniHarness("trusts-native-answer");

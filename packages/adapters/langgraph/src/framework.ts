/** What requests and threads say that they are of. */
export const FRAMEWORK = "langgraph";

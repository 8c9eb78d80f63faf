import { chatting } from "./support/chatting.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";
import { v7 } from "./support/v7.ts";

/** The SDK's own chat over HTTP, against `respond`. */
export default neutralAdapter(v7, "useChat", chatting);

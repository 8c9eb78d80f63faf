import { v6 } from "./support/v6.ts";

const { chatting } = await import("./support/chatting.ts");
const { neutralAdapter } = await import("./support/neutral-adapter.ts");

/** The SDK's own chat over HTTP, against `respond`. */
export default neutralAdapter(v6, "useChat", chatting);

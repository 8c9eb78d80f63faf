/** `@countersign/server/node`: the server on Node's `http`, and in what is built on it. @module */
export { nodeListener } from "./node/node-listener.ts";

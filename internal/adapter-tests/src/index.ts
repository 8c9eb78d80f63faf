/** `@countersign/adapter-tests`: what the tests of the adapters share, whatever the framework. @module */
export { alice, Amount, openDesk, overThousand, type Desk, type DeskOptions, type Hands, type Payment } from "./desk.ts";
export { bankIsDown, failure, hintOf } from "./failure.ts";
export { lineOf, requestFor, throughStreams, ungatedIn, versionOf } from "./neutral.ts";
export { saidItem, startOpenAi, type OpenAiApi, type WireRequest } from "./openai-api.ts";
export { wireFault, type WireItem } from "./openai-wire.ts";

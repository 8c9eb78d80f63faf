// An ordinary useChat page. It sends its last message only, and looks again while something waits.
import { useChat } from "@ai-sdk/react";
import type { ChatMessage } from "@countersign/ai-sdk";
import { DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import { useEffect, useState, type ReactNode } from "react";
import { Approval } from "./approval.tsx";
import { fetchJson, user } from "./fetch-json.ts";
import { lookEvery } from "./look-every.ts";

const transport = new DefaultChatTransport<ChatMessage>({
  headers: { "x-user": user },
  prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages.at(-1) } }),
});

export function Chat({ id, initial }: { readonly id: string; readonly initial: ChatMessage[] }): ReactNode {
  const [notice, setNotice] = useState("");
  const { messages, setMessages, sendMessage, addToolApprovalResponse, status, error } = useChat<ChatMessage>({
    id,
    messages: initial,
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    // Of a click that came too late. Errors have a message of their own.
    onData: (part) => part.type === "data-approval-error" && part.data.code === "ALREADY_DECIDED" && setNotice(part.data.message),
  });
  const [text, setText] = useState("");
  const [replaced, setReplaced] = useState<string>();

  const waits = messages.some(({ parts }) => parts.some((part) => isToolUIPart(part) && part.state.startsWith("approval-")));
  useEffect(() => {
    if (!waits || status === "submitted" || status === "streaming") return undefined;
    return lookEvery(1_000, () => fetchJson<ChatMessage[]>(`/api/chat/${id}`), setMessages);
  }, [id, waits, status, setMessages]);

  return (
    <>
      {messages.map((message) => (
        <div key={message.id} className={message.role}>
          <Parts message={message} answer={addToolApprovalResponse} />
          {message.role === "user" && <button onClick={() => setReplaced(message.id)}>Change</button>}
        </div>
      ))}
      {notice && <p className="notice">{notice}</p>}
      {error && <p className="error">{error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setNotice("");
          void sendMessage({ text, ...(replaced === undefined ? {} : { messageId: replaced }) });
          setText("");
          setReplaced(undefined);
        }}
      >
        <input value={text} onChange={(event) => setText(event.target.value)} placeholder="Pay Acme Corp $4200 for invoice 88" />
        <button disabled={status !== "ready" && status !== "error"}>{replaced === undefined ? "Send" : "Send instead"}</button>
      </form>
    </>
  );
}

interface PartsProps {
  readonly message: ChatMessage;
  readonly answer: (answer: { id: string; approved: boolean }) => unknown;
}

function Parts({ message, answer }: PartsProps): ReactNode {
  return message.parts.map((part, index) => {
    if (part.type === "text") return <p key={index}>{part.text}</p>;
    if (!isToolUIPart(part)) return null;
    const { toolCallId, state, input, approval } = part;
    const beside = message.parts.find((each) => each.type === "data-approval" && each.data.requestId === approval?.id);
    return (
      <div key={toolCallId} className="call" data-state={state}>
        <code>{JSON.stringify(input)}</code> {state}
        {beside?.type === "data-approval" && <Approval data={beside.data} input={input} />}
        {state === "output-available" && <p>{String(part.output)}</p>}
        {state === "output-denied" && !beside && <p>{approval?.reason}</p>}
        {state === "approval-requested" && (
          <p>
            <button onClick={() => answer({ id: part.approval.id, approved: true })}>Approve</button>
            <button onClick={() => answer({ id: part.approval.id, approved: false })}>Reject</button>
          </p>
        )}
      </div>
    );
  });
}

// An ordinary useChat page. It sends its last message only, and looks again while something waits.
import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from "ai";
import { useEffect, useState, type ReactNode } from "react";
import { fetchJson, user } from "./fetch-json.ts";

const transport = new DefaultChatTransport<UIMessage>({
  headers: { "x-user": user },
  prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages.at(-1) } }),
});

export function Chat({ id, initial }: { readonly id: string; readonly initial: UIMessage[] }): ReactNode {
  const { messages, setMessages, sendMessage, addToolApprovalResponse, status, error } = useChat({
    id,
    messages: initial,
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  const [text, setText] = useState("");

  const waits = messages.some(({ parts }) => parts.some((part) => isToolUIPart(part) && part.state.startsWith("approval-")));
  useEffect(() => {
    if (!waits || status === "submitted" || status === "streaming") return undefined;
    const timer = setInterval(() => void fetchJson<UIMessage[]>(`/api/chat/${id}`).then(setMessages), 1_000);
    return () => clearInterval(timer);
  }, [id, waits, status, setMessages]);

  return (
    <>
      {messages.map((message) => (
        <div key={message.id} className={message.role}>
          {message.parts.map((part, index) => {
            if (part.type === "text") return <p key={index}>{part.text}</p>;
            if (!isToolUIPart(part)) return null;
            const { toolCallId, state, input } = part;
            return (
              <div key={toolCallId} className="call" data-state={state}>
                <code>{JSON.stringify(input)}</code> {state}
                {state === "output-available" && <p>{String(part.output)}</p>}
                {state === "approval-requested" && (
                  <p>
                    <button onClick={() => void addToolApprovalResponse({ id: part.approval.id, approved: true })}>Approve</button>
                    <button onClick={() => void addToolApprovalResponse({ id: part.approval.id, approved: false })}>Reject</button>
                  </p>
                )}
              </div>
            );
          })}
        </div>
      ))}
      {error && <p className="error">{error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sendMessage({ text });
          setText("");
        }}
      >
        <input value={text} onChange={(event) => setText(event.target.value)} placeholder="Pay Acme Corp $4200 for invoice 88" size={40} />
        <button disabled={status !== "ready" && status !== "error"}>Send</button>
      </form>
    </>
  );
}

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { ChatMessage } from "@countersign/ai-sdk";
import { Chat } from "./chat.tsx";
import { fetchJson, user } from "./fetch-json.ts";
import { Reviews } from "./reviews.tsx";

const id = new URLSearchParams(location.search).get("chat") ?? "chat-1";
const initial = await fetchJson<ChatMessage[]>(`/api/chat/${id}`);
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <h1>Payments, as {user}</h1>
      {user === "fiona" ? <Reviews /> : <Chat id={id} initial={initial} />}
    </StrictMode>,
  );

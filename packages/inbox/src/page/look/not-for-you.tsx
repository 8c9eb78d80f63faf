import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { PageFrame } from "./page-frame.tsx";

/** A page that somebody opened by its address, and that isn't for them. @param what whom it is for, as a sentence */
export function NotForYou({ title, what }: { readonly title: string; readonly what: string }) {
  const { route, session } = useApp();
  const roles = session.me.value?.roles ?? [];
  return (
    <PageFrame
      title={title}
      about={
        <>
          {what} {roles.length === 0 ? "You have no role here." : `Your roles here: ${visible(roles.join(", "))}.`} If you need it for your
          work, ask whoever runs this server.
        </>
      }
    >
      <p>
        <a href={route.href({ page: "requests" })}>To the requests</a>
      </p>
    </PageFrame>
  );
}

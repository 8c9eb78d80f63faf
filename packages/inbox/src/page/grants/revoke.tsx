import { isApiError, type Grant } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { ConfirmDialog } from "../look/confirm-dialog.tsx";
import { Decides } from "./decides.tsx";
import { decidesText, revokingText } from "./grant-text.ts";

interface RevokeProps {
  readonly grant: Grant;
  readonly refresh: () => Promise<void>;
  readonly onClose: () => void;
}

export function Revoke({ grant, refresh, onClose }: RevokeProps) {
  const { announcer, client } = useApp();
  async function revoke(): Promise<void> {
    await client.revokeGrant(grant.id);
    announcer.say(`Revoked: ${decidesText(grant)}`);
    await refresh();
  }
  return (
    <ConfirmDialog
      title="Revoke this grant?"
      act="Revoke"
      acting="Revoking…"
      leave="Keep it"
      refusal={refusalText}
      run={revoke}
      onClose={onClose}
    >
      <Decides grant={grant} />
      <p>{revokingText(grant)}</p>
      <p>This is for good. To remember it again, somebody has to sign such a call again.</p>
    </ConfirmDialog>
  );
}

function refusalText(error: unknown): string | undefined {
  if (isApiError(error, "NOT_AUTHORIZED")) {
    const { missing } = error.details;
    const takes = missing.length > 0 ? ` It takes one of these roles or people: ${visible(missing.join(", "))}.` : "";
    return `You may not revoke it, because you may not sign such a call.${takes}`;
  }
  if (isApiError(error, "FORBIDDEN")) return "You may not revoke it. Whoever may sign such a call can.";
  return isApiError(error, "GRANT_NOT_FOUND") ? "It isn't there any more, or not for you to see." : undefined;
}

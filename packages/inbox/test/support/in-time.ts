import type { ApprovalRequest } from "@countersign/core";

/** How long each try has: the first is enough for an idle machine, a later one for one that others keep busy. */
export const SOON_OVER = ["5s", "15s", "60s"] as const;
export type SoonOver = (typeof SOON_OVER)[number];

/** Asks for something that is over soon, and has it open before it is: if it took too long, it is asked anew, with more time. */
export async function openInTime<T extends object>(
  ask: (within: SoonOver) => Promise<ApprovalRequest>,
  open: (request: ApprovalRequest) => Promise<T>,
): Promise<T & { readonly request: ApprovalRequest }> {
  for (const within of SOON_OVER) {
    const request = await ask(within);
    const over = Promise.withResolvers<undefined>();
    const timer = setTimeout(over.resolve, (request.expiresAt ?? 0) - Date.now());
    const opening = open(request);
    // Whoever comes too late is of no interest, and whatever goes wrong there neither.
    opening.catch(() => {});
    try {
      const opened = await Promise.race([opening, over.promise]);
      if (opened) return { ...opened, request };
    } finally {
      clearTimeout(timer);
    }
  }
  throw new Error("It is over each time before it is open.");
}

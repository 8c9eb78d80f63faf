/** What somebody does about a request. */
export type Act = "approve" | "edit" | "reject" | "cancel" | "settle";

/** What a button says while it is under way, and what is said when it is done, or isn't. */
export const ACTS: Readonly<Record<Act, { readonly doing: string; readonly done: string; readonly undone: string }>> = {
  approve: { doing: "Approving…", done: "Approved", undone: "Not approved" },
  edit: { doing: "Signing…", done: "Approved with changes", undone: "Not signed" },
  reject: { doing: "Rejecting…", done: "Rejected", undone: "Not rejected" },
  cancel: { doing: "Withdrawing…", done: "Withdrawn", undone: "Not withdrawn" },
  settle: { doing: "Recording…", done: "Recorded what happened", undone: "Not recorded" },
};

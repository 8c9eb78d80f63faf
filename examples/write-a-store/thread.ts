import type { ThreadRecord } from "@countersign/core/store";

/** A thread as JSON: its saved state is bytes. */
export type Packed = Omit<ThreadRecord, "continuation"> & { readonly continuation: string | undefined };

export function packed({ continuation, ...thread }: ThreadRecord): Packed {
  return { ...thread, continuation: continuation && Buffer.from(continuation).toString("base64") };
}

export function unpacked({ continuation, ...thread }: Packed): ThreadRecord {
  return { ...thread, continuation: continuation === undefined ? undefined : new Uint8Array(Buffer.from(continuation, "base64")) };
}

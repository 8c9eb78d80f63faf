// Records that are kept as threads, and that no worker ever takes up. Applications can't name theirs so.

/** All freezes of a tenant: each change raises its fence, which claims require. */
export const FREEZES = "countersign/freezes";

/** A schema is kept once, whatever number of requests have it, under its hash: so it never changes. */
export const schemaId = (hash: string): string => `countersign/schema/${hash}`;

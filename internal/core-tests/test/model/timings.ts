/** As in production, so that the clock's jumps are about minutes; shorter only where a schedule would wait for nothing. */
export const TIMINGS = { lease: 60_000, nativeHold: 30_000, receiptWait: 15_000 } as const;
export const REVIEW_WITHIN = 20_000;

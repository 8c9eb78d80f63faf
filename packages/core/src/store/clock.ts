/** How far `now()` of a store may be behind the clock that its commits are judged by, in ms. */
export const CLOCK_LAG = 20;

/** What is asked for as live events. */
export const EVENT_STREAM = "text/event-stream";

/** Live events that a page listens to by itself: nobody has to sit before it, so they keep no session alive. */
export function isLive(request: Request): boolean {
  return request.headers.get("accept")?.includes(EVENT_STREAM) ?? false;
}

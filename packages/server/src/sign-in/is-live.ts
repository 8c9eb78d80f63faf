/** Live events that a page listens to by itself: nobody has to sit before it, so they keep no session alive. */
export function isLive(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}

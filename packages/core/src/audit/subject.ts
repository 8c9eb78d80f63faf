/** A thread's id is the application's own and could equal a request's: its chain gets a name of its own. */
export const threadSubject = (threadId: string): string => `thread/${threadId}`;

/** A grant's id is drawn from the same numbers as a request's. */
export const grantSubject = (grantId: string): string => `grant/${grantId}`;

/** The grant whose chain this is, if it is one's. */
export function grantOf(subject: string): string | undefined {
  return subject.startsWith("grant/") ? subject.slice("grant/".length) : undefined;
}

/** The thread whose chain this is, if it is one's. */
export function threadOf(subject: string): string | undefined {
  return subject.startsWith("thread/") ? subject.slice("thread/".length) : undefined;
}

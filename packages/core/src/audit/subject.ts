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

/**
 * Is this the name of a chain that stands for itself, such as `key/ci`? There is no record beside it that says where it ends.
 * Ids of requests have no slash.
 */
export function isNoteSubject(subject: string): boolean {
  return /^[a-z][a-z-]*\/./s.test(subject) && threadOf(subject) === undefined && grantOf(subject) === undefined;
}

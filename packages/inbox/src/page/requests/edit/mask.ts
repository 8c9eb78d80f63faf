/** What the server puts in the place of a value that reviewers don't get to see. It takes it back as that value. */
export const MASK = "•••";

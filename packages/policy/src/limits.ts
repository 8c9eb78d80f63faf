/** What a policy file may cost. A file beyond these is refused with an error that says so. */
export const LIMITS = {
  /** Bytes of a file. */
  fileBytes: 1_048_576,
  /** Levels of maps and lists in the file. */
  fileDepth: 32,
  /** Characters of one text in the file. */
  textLength: 16_384,
  /** Files that include files that include files. */
  includeDepth: 8,
  /** Files that a policy is made of. */
  files: 64,
  /** Anchors, and uses of them. */
  anchors: 100,
  /** Characters of a condition. */
  conditionLength: 4_096,
  /** Brackets within brackets, and `?` after `?`, in a condition. */
  conditionDepth: 64,
  /** `all`, `exists`, `map` and `filter` within one another. */
  comprehensions: 2,
  /** Elements of lists and maps that one evaluation may look at; eight characters of a text count as one. */
  elements: 300_000,
} as const;

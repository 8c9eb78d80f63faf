import { commitMutants } from "./commit.ts";
import { documentMutants } from "./documents.ts";
import { dueMutants } from "./due.ts";
import { eventMutants } from "./events.ts";
import { handleMutants } from "./handles.ts";
import { listMutants } from "./lists.ts";
import type { Mutant } from "./mutant.ts";
import { placeMutants } from "./places.ts";
import { purgeMutants } from "./purge.ts";
import { readMutants } from "./reads.ts";
import { subjectMutants } from "./subjects.ts";
import { threadMutants } from "./threads.ts";
import { togetherMutants } from "./together.ts";
import { unreadableMutants } from "./unreadable.ts";
import { valueMutants } from "./values.ts";

export const mutants: readonly Mutant[] = [
  ...commitMutants,
  ...togetherMutants,
  ...readMutants,
  ...listMutants,
  ...threadMutants,
  ...eventMutants,
  ...subjectMutants,
  ...dueMutants,
  ...purgeMutants,
  ...documentMutants,
  ...valueMutants,
  ...unreadableMutants,
  ...handleMutants,
  ...placeMutants,
];

import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { isLong, isLongest } from "./long.ts";

/** With two files at a time, a long one that begins last is waited for alone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const file = relative(this.ctx.config.root, moduleId);
      if (isLongest(file)) return 0;
      return isLong(file) ? 1 : 2;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

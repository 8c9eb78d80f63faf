import { DefaultReporter, type TestModule, type TestSpecification } from "vitest/node";

/** Characters of a failure's message. The end of the run has all of it. */
const MESSAGE = 600;

/**
 * Vitest's own report, with one line for each file that ends: how far the run is, and how long that file took. What a
 * failed test says is printed at once, not only at the end of the run.
 */
export class Progress extends DefaultReporter {
  #files = 0;
  #ended = 0;
  #tests = 0;
  #failed = 0;

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#files = specifications.length;
    super.onTestRunStart(specifications);
  }

  protected override printTestModule(module: TestModule): void {
    const tests = [...module.children.allTests()];
    this.#ended++;
    this.#tests += tests.filter((test) => test.result().state !== "skipped").length;
    const failed = tests.filter((test) => test.result().state === "failed");
    this.#failed += failed.length;
    if (module.state() === "failed") super.printTestModule(module);
    for (const test of failed) this.log(`  ${test.fullName}\n    ${test.result().errors?.[0]?.message.slice(0, MESSAGE) ?? "no message"}`);
    const done = `${String(this.#ended).padStart(String(this.#files).length)}/${this.#files} files`;
    const seconds = (module.diagnostic().duration / 1_000).toFixed(1);
    this.log(
      `${clock(performance.now() - this.start)}  ${done}  ${this.#tests} tests  ${this.#failed} failed  ${module.relativeModuleId} ${seconds} s`,
    );
  }
}

/** Minutes and seconds since the first file was started. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}`;
}

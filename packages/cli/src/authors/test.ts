import { visible } from "@countersign/review";
import { Command } from "commander";
import { roomOf } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { fileText } from "../settings/values.ts";
import { authoring, loadPolicyAt, POLICY, TOOLS } from "./source.ts";

export function test(): Command {
  return new Command("test")
    .description("run cases: calls, and the verdicts that are expected; ends with 1 if one fails")
    .argument(...POLICY)
    .argument("<cases>", "a YAML or JSON list of cases")
    .option(...TOOLS)
    .action(async (path: string, cases: string, { tools }: { tools?: string }, command: Command) => {
      const { out } = await roomOf(command);
      const { testPolicy } = await authoring();
      const result = testPolicy(await loadPolicyAt(path, tools), fileText(cases), cases);
      for (const one of result.cases) {
        const mark = one.passed ? ({ style: "green", text: "passed" } as const) : ({ style: "red", text: "failed" } as const);
        const text = `${cases}:${one.line}: ${one.name}${one.message === undefined ? "" : `: ${one.message}`}`;
        out.result(one, [mark, " ", visible(text)]);
      }
      const failed = result.cases.filter(({ passed }) => !passed).length;
      out.hint(failed === 0 ? `All ${result.cases.length} cases passed.` : `${failed} of ${result.cases.length} cases failed.`);
      if (!result.passed) process.exitCode = EXIT.no;
    });
}

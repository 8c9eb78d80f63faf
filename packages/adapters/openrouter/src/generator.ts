import type { RunnableTool } from "./kinds.ts";
import { parse } from "./schema.ts";

/**
 * What a tool that is a generator comes to, by the SDK's own rule: what it returns; else the first that it yields and that is
 * an output and no event; else the last that it yields. As the tool made it: whoever takes it checks it against the schema.
 * @throws Error if it yields nothing
 */
export async function finalOf(tool: RunnableTool, generator: unknown, emit: (output: unknown) => void): Promise<unknown> {
  const { name, eventSchema, outputSchema } = tool.function;
  const iterator = generator as AsyncGenerator;
  let last: { readonly value: unknown } | undefined;
  let final: { readonly value: unknown } | undefined;
  for (;;) {
    const { done, value } = (await iterator.next()) as IteratorResult<unknown, unknown>;
    if (done) {
      if (value !== undefined) return value;
      if (!last) throw new Error(`Generator tool "${name}" completed without emitting any values or returning a result`);
      return (final ?? last).value;
    }
    last = { value };
    emit(value);
    if (final || !outputSchema || !eventSchema) continue;
    const [output, event] = await Promise.all([parse(outputSchema, value), parse(eventSchema, value)]);
    if ("value" in output && "issues" in event) final = last;
  }
}

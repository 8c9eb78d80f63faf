// The tools of LangChain's guide to human-in-the-loop. Instead of touching anything they write down what they were told to do.
import { tool } from "langchain";
import { z } from "zod";

export const done: string[] = [];

export const writeFile = tool(({ path }) => noted(`wrote ${path}`), {
  name: "write_file",
  description: "Write a file",
  schema: z.object({ path: z.string(), text: z.string() }),
});
export const executeSql = tool(({ query }) => noted(`executed ${query}`), {
  name: "execute_sql",
  description: "Execute SQL",
  schema: z.object({ query: z.string() }),
});
export const readData = tool(({ table }) => noted(`read ${table}`), {
  name: "read_data",
  description: "Read a table",
  schema: z.object({ table: z.string() }),
});

function noted(what: string): string {
  done.push(what);
  return what;
}

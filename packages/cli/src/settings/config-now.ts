import { stat } from "node:fs/promises";
import { explained } from "../failure.ts";
import { readConfig, type Config } from "./config.ts";

/**
 * The settings of a process that runs for long: read anew when the file that says who there is has changed. One that can't be
 * read is told once, and what it said before stays: an editor may be in the middle of writing it.
 * @param first as they were read at the start
 */
export function configNow(first: Config, warn: (message: string) => void): () => Promise<Config> {
  const { people } = first;
  if (!people) return () => Promise.resolve(first);
  const { source } = people;
  let [config, mark, reading] = [first, markOf(source), Promise.resolve(first)];
  const read = async (): Promise<Config> => {
    const now = await markOf(source);
    if (now === (await mark)) return config;
    mark = Promise.resolve(now);
    try {
      config = await readConfig(process.env, process.cwd());
    } catch (error) {
      warn(`${explained(error).message} Until then the people and roles of before hold.`);
    }
    return config;
  };
  // One after the other: whoever asks second gets what the first has read.
  return () => (reading = reading.then(read));
}

/** Another one for each state of a file. */
async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return [ino, size, mtimeMs].join(" ");
  } catch {
    return "none";
  }
}

import { registerHooks } from "node:module";
import core from "langchain-core-oldest/package.json" with { type: "json" };
import graph from "langgraph-oldest/package.json" with { type: "json" };

/** What the packages are called here whose oldest supported version is installed beside the newest. */
const OLDEST = { "@langchain/core": "langchain-core-oldest", "@langchain/langgraph": "langgraph-oldest" } as const;

const folders = Object.values(OLDEST).map((name) => new URL(".", import.meta.resolve(`${name}/package.json`)).href);

/**
 * Loads modules as in an application that has the oldest supported versions: their names lead there for the adapter, for the
 * savers, for LangChain and for the tests.
 * @throws Error if one of them finds another version all the same
 */
export async function withOldest<T>(load: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = Object.entries(OLDEST).find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
      if (!found) return next(specifier, context);
      return next(specifier.replace(...found), { ...context, parentURL: import.meta.url });
    },
    load(url, context, next) {
      const isOne = Object.keys(OLDEST).some((name) => url.includes(`/node_modules/${name}/`));
      if (isOne && !folders.some((folder) => url.startsWith(folder))) throw new Error(`not the oldest version: ${url}`);
      return next(url, context);
    },
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}

export const oldest = { version: `${graph.version} with core ${core.version}` } as const;

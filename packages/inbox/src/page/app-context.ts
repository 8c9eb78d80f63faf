import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { App } from "./app.ts";

export const AppContext = createContext<App | undefined>(undefined);

/** What all parts of the page share. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useApp is for what is drawn inside the page.");
  return app;
}

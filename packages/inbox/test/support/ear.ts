import type { BrowserContext } from "playwright-core";
import type { House } from "./house.ts";

/** For `expect.poll`: on a machine that others keep busy, soon is later. */
export const SOON = { timeout: 60_000 };

/** What the tabs of a browser tell each other of what happens, as a page beside them hears it. */
export interface Ear {
  /** The requests of which so far it was told that they were asked. */
  asked(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param whose the kind and the id of whoever is signed in */
export async function openEar(context: BrowserContext, { url }: House, whose: string): Promise<Ear> {
  const page = await context.newPage();
  await page.route(`${url}/ear`, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto(`${url}/ear`);
  const name = `countersign live ${new URL(url).pathname.replace(/\/$/, "")} ${whose}`;
  await page.evaluate(`
    globalThis.asked = [];
    new BroadcastChannel(${JSON.stringify(name)}).addEventListener("message", ({ data: { events = [] } }) => {
      for (const { type, subject } of events) if (type === "asked") asked.push(subject);
    });
  `);
  return {
    asked: () => page.evaluate<readonly string[]>("asked"),
    close: () => page.close(),
  };
}

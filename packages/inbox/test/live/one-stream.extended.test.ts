// All tabs of a browser have one stream of live events, and any of them can go on with it.
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { openEar, SOON } from "../support/ear.ts";
import { house, PEOPLE, type PersonName } from "../support/house.ts";

/** Streams that were begun so far, as the server sees them. */
let begun = 0;
const counted = new WeakSet<Request>();
const [browser, inbox] = await Promise.all([
  sharedBrowser(),
  house({
    options: {
      authenticate: (request) => {
        const isStream = new URL(request.url).pathname.endsWith("/v1/events") && request.headers.get("accept") === "text/event-stream";
        if (isStream && !counted.has(request)) begun++;
        counted.add(request);
        return PEOPLE[/as=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] as PersonName];
      },
    },
  }),
]);
afterAll(() => inbox.close());

async function browserOf(person: PersonName): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addCookies([{ name: "as", value: person, url: inbox.url }]);
  return context;
}

async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(inbox.url);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

const pay = (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount });

test("two tabs have one stream; the other goes on when it is closed, and nothing is missed", async () => {
  const context = await browserOf("fiona");
  const before = begun;
  const first = await openTab(context);
  const second = await openTab(context);
  const ear = await openEar(context, inbox, "person fiona");
  expect(begun - before).toBe(1);
  const ids = [(await pay(2_000)).id];
  await expect.poll(() => ear.asked(), SOON).toEqual(ids);
  for (const each of [first, second]) await expect.poll(() => each.title(), SOON).toMatch(/^\([1-9]/);

  // Some while it closes, some behind it.
  const [, ...rest] = await Promise.all([first.close(), ...[3_000, 3_001, 3_002].map(pay)]);
  rest.push(await pay(4_000));
  ids.push(...rest.map(({ id }) => id));
  await expect.poll(async () => new Set(await ear.asked()), SOON).toEqual(new Set(ids));
  expect(begun - before).toBe(2);
  await context.close();
});

test("two people, one after the other in one browser, hear each of their own", async () => {
  const context = await browserOf("fiona");
  await openTab(context);
  const before = begun;
  await context.addCookies([{ name: "as", value: "carla", url: inbox.url }]);
  const hers = await openTab(context);
  expect(begun - before).toBe(1);
  await hers.getByRole("button", { name: /^Carla/ }).waitFor();
  await context.close();
});

test("a tab that sleeps with the stream loses it to the one that somebody looks at", async () => {
  const context = await browserOf("bob");
  const before = begun;
  const asleep = await openTab(context);
  const session = await context.newCDPSession(asleep);
  // Its scripts stand still, and it keeps what it has: so phones put tabs to sleep.
  await session.send("Debugger.enable");
  await session.send("Debugger.pause");
  const hung = asleep.evaluate(() => 1).catch(() => {});
  const awake = await context.newPage();
  await awake.goto(inbox.url);
  await awake.getByText("Live", { exact: true }).waitFor();
  expect(begun - before).toBe(2);
  const ear = await openEar(context, inbox, "person bob");
  const { id } = await pay(5_000);
  await expect.poll(() => ear.asked(), SOON).toEqual([id]);
  await session.detach();
  await hung;
  await context.close();
});

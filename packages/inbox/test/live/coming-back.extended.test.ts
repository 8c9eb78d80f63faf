// Whatever ends the stream of live events, the page goes on where it was, by itself, and misses nothing.
import type { AddressInfo } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import { inbox as page } from "@countersign/inbox";
import type { Page } from "playwright-core";
import { afterAll, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { openEar, SOON } from "../support/ear.ts";
import { freezingProxy } from "../support/freezing-proxy.ts";
import { house, PEOPLE, type House } from "../support/house.ts";

const browser = await sharedBrowser();
const houses: House[] = [];
afterAll(() => Promise.all(houses.map((each) => each.close())));

/** Each has one of its own: they wait side by side. */
async function newHouse() {
  const inbox = await house();
  houses.push(inbox);
  return { inbox, pay: (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount }) };
}
const isLive = (at: Page) => at.getByText("Live", { exact: true }).waitFor();

test.concurrent("a restart of the server", async ({ expect }) => {
  const { inbox, pay } = await newHouse();
  const opened = await openAs(browser, inbox, "fiona");
  await isLive(opened.page);
  const ear = await openEar(opened.page.context(), inbox, "person fiona");
  const ids: string[] = [];
  const restarting = inbox.restart(1_500);
  await opened.page.getByText("Reconnecting…").waitFor();
  ids.push((await pay(2_000)).id);
  await restarting;
  await isLive(opened.page);
  ids.push((await pay(2_001)).id);
  await expect.poll(() => ear.asked(), SOON).toEqual(ids);
  await opened.page.context().close();
});

test.concurrent("no network, and then one", async ({ expect }) => {
  const { inbox, pay } = await newHouse();
  const { page } = await openAs(browser, inbox, "fiona");
  await isLive(page);
  const context = page.context();
  const ear = await openEar(context, inbox, "person fiona");
  await context.setOffline(true);
  await page.getByText(/^Offline since \d/).waitFor();
  expect(await page.getByRole("status").allTextContents()).toContain("Offline. What you see may be old.");
  const { id } = await pay(3_000);
  await context.setOffline(false);
  await isLive(page);
  await expect.poll(() => ear.asked(), SOON).toEqual([id]);
  await context.close();
});

test.concurrent("a position that the server doesn't know: everything is read anew, behind a fresh one", async ({ expect }) => {
  const { inbox, pay } = await newHouse();
  const { page } = await openAs(browser, inbox, "fiona");
  await isLive(page);
  const context = page.context();
  const calls: string[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname.endsWith("/v1/events")) calls.push(searchParams.has("after") ? "stream" : "position");
    if (pathname.endsWith("/v1/requests") && searchParams.has("count")) calls.push("count");
  });
  // The one that it has now, as often as it comes with it.
  let refused: string | null = null;
  await page.route(/\/v1\/events\?after=/, async (route) => {
    const after = new URL(route.request().url()).searchParams.get("after");
    refused ??= after;
    if (after !== refused) return route.continue();
    const body = JSON.stringify({ code: "INVALID_ARGS", detail: "expected `position` of a page" });
    return route.fulfill({ status: 422, contentType: "application/problem+json", body });
  });
  const restarting = inbox.restart(1_000);
  await page.getByText("Reconnecting…").waitFor();
  await pay(3_500);
  await restarting;
  await expect.poll(() => calls.includes("count"), SOON).toBe(true);
  expect(calls.indexOf("position")).toBeGreaterThan(calls.indexOf("stream"));
  expect(calls.indexOf("count")).toBeGreaterThan(calls.indexOf("position"));
  await isLive(page);
  await context.close();
});

test.concurrent("a network that says nothing, and sleep", async ({ expect }) => {
  const { inbox, pay } = await newHouse();
  const proxy = await freezingProxy(() => (http.address() as AddressInfo).port);
  const http = createHttpServer((incoming, outgoing) => void nodeListener(server)(incoming, outgoing));
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const server = createServer({ gate: inbox.gate, inbox: page, hosts: [`localhost:${proxy.port}`], authenticate: () => PEOPLE.fiona });
  const there = { ...inbox, url: `http://localhost:${proxy.port}` };
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.clock.install();
  await tab.goto(there.url);
  await isLive(tab);
  const ear = await openEar(context, there, "person fiona");

  // It is only silent: nothing tells the page, and it notices by itself.
  proxy.freeze();
  const first = await pay(4_000);
  for (let seconds = 0; seconds < 45; seconds += 5) await tab.clock.runFor(5_000);
  await expect.poll(() => ear.asked(), SOON).toEqual([first.id]);
  await isLive(tab);

  // The lid was closed, and is open again.
  proxy.freeze();
  const second = await pay(4_001);
  await tab.clock.fastForward(25_000);
  await expect.poll(() => ear.asked(), SOON).toEqual([first.id, second.id]);
  await context.close();
  await server.close();
  await proxy.close();
  http.closeAllConnections();
  await new Promise((closed) => http.close(closed));
});

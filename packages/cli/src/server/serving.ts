import { createFeed } from "@countersign/core/surface";
import { inbox } from "@countersign/inbox";
import { personText, visible } from "@countersign/review";
import { createKeys, createServer, type Server } from "@countersign/server";
import { signer, type Desk } from "../desk.ts";
import { explained } from "../failure.ts";
import { interrupted } from "../interrupted.ts";
import type { Output } from "../output/output.ts";
import { configNow } from "../settings/config-now.ts";
import { tellAccess } from "./access.ts";
import { decidedLine, decisionsOf } from "./decided.ts";
import { listen } from "./listen.ts";
import { signInOf, type SignIn } from "./sign-in.ts";
import { warningsOf } from "./warnings.ts";
import { demandSignIn, whereOf, type Where } from "./where.ts";

/** How long requests that run may take to end, once it is asked to end, in ms. */
const GRACE = 5_000;

/**
 * Serves until a signal. Then live events end, what runs may end, and the store is whoever's opened it.
 * @throws Failure for settings that let nobody in, or everybody, and for an address that can't be listened at
 */
export async function serving(desk: Desk, host: string, port: number): Promise<void> {
  const { out, gate, config } = desk;
  // The name may lead to another address than the one that is listened at, and to somebody else's server there.
  const address = host === "localhost" ? "127.0.0.1" : host;
  demandSignIn(desk, address);
  if (!config.serve.oidc && !config.serve.proxy) signer(desk);
  for (const warning of warningsOf(config)) out.warn(warning);
  // Before anybody is told that it is there: a store that is away, or one that this role may not read sessions of.
  await createKeys(gate).list();
  const { promise: made, resolve } = Promise.withResolvers<Server>();
  const listening = await listen({ fetch: async (...given) => (await made).fetch(...given) }, address, port);
  const over = new AbortController();
  let server: Server | undefined;
  try {
    const where = whereOf(desk, address, listening.port);
    const signIn = signInOf(desk, { gate, url: where.url, now: configNow(config, (message) => out.warn(message)) });
    const { hosts, basePath } = where;
    const { operators, auditors, maxAge } = config.serve;
    const told = { onError: teller(out), onAccess: tellAccess(out) };
    server = createServer({ gate, inbox, authenticate: signIn.ways, hosts, basePath, operators, auditors, maxAge, ...told });
    resolve(server);
    void tellDecisions(desk, over.signal);
    // Whoever reads that it listens may end it at once.
    const ending = interrupted();
    await tellWhere(desk, where, signIn);
    await ending;
    if (out.interactive) out.say("Ending: what runs may take 5 seconds. Ctrl-C again ends it at once.");
  } finally {
    over.abort();
    process.stdin.pause();
    await Promise.all([server?.close(), listening.close(GRACE)]);
  }
  if (!out.people) out.value({ at: Date.now(), type: "closed" });
}

async function tellWhere({ out, tenant, address: store, ...desk }: Desk, { url, address }: Where, { link }: SignIn): Promise<void> {
  if (!out.people) {
    const secret = link && { signInLink: await link.create() };
    return out.value({ at: Date.now(), type: "listening", url, address, store, tenant, ...secret });
  }
  const listens = url.endsWith(`//${address}`) ? "" : `, listening at ${address}`;
  out.line(`Serving ${visible(store)}, tenant ${visible(tenant)}, at ${url}${listens}. Ctrl-C ends it.`);
  if (!link) return;
  const who = personText(signer({ ...desk, out, tenant }));
  out.line(
    `To sign in as ${who}, open this link in your browser: you come to the page. It works once, for 10 minutes. Enter prints another one.`,
  );
  // Wrapped by nobody: it has to stay one link.
  const tell = async (): Promise<void> => out.drawn([await link.create()]);
  await tell();
  if (out.interactive) process.stdin.on("data", () => void tell().catch((error: unknown) => out.warn(explained(error).message)));
}

async function tellDecisions({ out, gate }: Desk, signal: AbortSignal): Promise<void> {
  try {
    for await (const decided of decisionsOf(gate, createFeed(gate), signal)) {
      if (out.people) out.line(decidedLine(decided));
      else out.value(decided);
    }
  } catch (error) {
    if (!signal.aborted) out.warn(`Decisions are no longer told here: ${explained(error).message}`);
  }
}

/** What the answer says nothing of. */
function teller(out: Output): (error: unknown, request: { readonly requestId: string }) => void {
  return (error, { requestId }) => {
    const { code, message } = explained(error);
    // What isn't ours may quote anything: arguments, a connection string.
    const name = error instanceof Error ? error.name : "something";
    out.warn(`request ${requestId} failed: ${code === "BUG" ? `${name} was thrown. COUNTERSIGN_DEBUG=1 shows where.` : message}`);
    if (process.env["COUNTERSIGN_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  };
}

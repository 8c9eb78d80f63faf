import type { Room } from "../desk.ts";
import { usage } from "../failure.ts";
import { isLoopback, loopbackHosts } from "./loopback.ts";

/** Under which address and names a server is reached. */
export interface Where {
  /** Where browsers reach it. */
  readonly url: string;
  /** Where it listens, with the port. */
  readonly address: string;
  readonly hosts: readonly string[];
  readonly basePath: string | undefined;
}

/**
 * The link of a terminal is for the machine that the terminal is on. Beyond it people sign in by what the settings say, at an
 * address that the settings say, too: cookies and redirects go by it.
 * @throws Failure that says what to write
 */
export function demandSignIn({ config: { serve } }: Room, host: string): void {
  const { url, oidc, proxy } = serve;
  const isSignIn = oidc !== undefined || proxy !== undefined;
  if (oidc && proxy) throw usage("serve has oidc and proxy. Leave one of them out: people sign in in one way.");
  if (isSignIn && url === undefined)
    throw usage(
      'serve says how people sign in, and not where they reach the server. Write "url": "https://approvals.acme.example" into serve.',
    );
  if (isSignIn || (isLoopback(host) && url === undefined)) return;
  const why =
    url === undefined ? `On ${host}, others than this machine reach the server` : `serve.url says that people reach the server at ${url}`;
  throw usage(
    `${why}, and nothing says how they sign in. Write {"serve": {"url": "https://approvals.acme.example", "oidc": {"issuer": "https://id.acme.example", "clientId": "countersign"}}} into countersign.json, or "proxy" for a proxy that signs them in. Or leave --host and serve.url out: then only this machine reaches it.`,
  );
}

/** @param port that is listened at */
export function whereOf({ config: { serve } }: Room, host: string, port: number): Where {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  // It may be another address of this machine's alone, such as 127.0.0.2.
  const hosts = [...(serve.hosts ?? []), ...(isLoopback(host) ? [...loopbackHosts(port), address] : [])];
  if (serve.url === undefined) return { url: `http://${address}`, address, hosts, basePath: undefined };
  const { host: name, pathname } = new URL(serve.url);
  return { url: serve.url, address, hosts: [name, ...hosts], basePath: pathname === "/" ? undefined : pathname };
}

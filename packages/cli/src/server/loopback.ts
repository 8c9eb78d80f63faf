import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Whether nobody but this machine reaches this address. A name may lead anywhere. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version !== 0 && LOOPBACK.check(host, version === 6 ? "ipv6" : "ipv4");
}

/** The names under which a browser on this machine reaches a port of it. */
export function loopbackHosts(port: number): readonly string[] {
  return ["localhost", "127.0.0.1", "[::1]"].map((name) => (port === 80 ? name : `${name}:${port}`));
}

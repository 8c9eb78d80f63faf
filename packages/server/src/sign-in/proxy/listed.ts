import { CountersignError } from "@countersign/core";
import { BlockList, isIP } from "node:net";

/**
 * Tells whether an address is in one of these ranges, such as `10.0.0.0/8`, `fd00::/8` or `127.0.0.1`. An IPv4 address that is
 * written as IPv6 is the same address.
 * @throws SETUP for what is no range, and for one that has every address
 */
export function listed(ranges: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits, more] = range.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
    if (version === 0 || address.includes("%") || more !== undefined || length < 1 || length > most)
      throw new CountersignError("SETUP", {
        hint: `${JSON.stringify(range)} is no range of a proxy's addresses. Write from: ["10.0.0.0/8", "::1"].`,
      });
    list.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  }
  return (address) => {
    // A link-local address has its interface at the end.
    const plain = address?.replace(/%.*$/, "") ?? "";
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
}

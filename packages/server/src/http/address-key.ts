/**
 * Whom an address belongs to: of IPv6 the first half, since everybody has a whole network of the second; an IPv4 address stays
 * one in whatever form.
 */
export function addressKey(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(":")) return v4 ?? address;
  const [left = "", right] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const before = groups(left);
  const after = groups(right ?? "");
  const zeros = right === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}

function groups(text: string): readonly string[] {
  return text === "" ? [] : text.split(":").map((group) => group.replace(/^0+(?=.)/, ""));
}

import { generateKeyPairSync, sign } from "node:crypto";

/** One value of DER: its tag, its length, what it holds. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const pem = (bytes: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

/** A certificate that nobody vouches for but itself, valid until 2049, with its key. */
export function selfSigned(): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("countersign test")));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231000000Z")));
  const subject = publicKey.export({ type: "spki", format: "der" });
  const toBeSigned = der(0x30, der(0x02, Buffer.from([1])), ecdsaWithSha256, name, validity, name, subject);
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, privateKey));
  return {
    cert: pem(der(0x30, toBeSigned, ecdsaWithSha256, signature)),
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

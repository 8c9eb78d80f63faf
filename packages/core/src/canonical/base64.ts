/** Arguments that a function may be called with at once are limited. */
const AT_ONCE = 16_384;

export function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < byteLength; at += AT_ONCE) {
    binary += String.fromCharCode(...new Uint8Array(buffer, byteOffset + at, Math.min(AT_ONCE, byteLength - at)));
  }
  return btoa(binary);
}

/** @throws DOMException for what isn't base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

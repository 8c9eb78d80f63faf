/** A name with its port, as `Host` and the URL of a page have it: lower case, without the port that the scheme has anyway. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/, "");
}

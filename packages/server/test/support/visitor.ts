/** What a browser does with cookies, and nothing else: it never follows a redirect by itself. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map();

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#keep(await fetch(url, { redirect: "manual", headers: { ...this.headers(), ...headers } }));
  }

  /** As a page of the server itself sends it. */
  async post(url: string, body?: unknown): Promise<Response> {
    const json = body === undefined ? {} : { "Content-Type": "application/json" };
    return this.#keep(
      await fetch(url, {
        method: "POST",
        headers: { ...this.headers(), "Sec-Fetch-Site": "same-origin", ...json },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  }

  headers(): Record<string, string> {
    return this.cookies.size === 0 ? {} : { Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
  }

  #keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

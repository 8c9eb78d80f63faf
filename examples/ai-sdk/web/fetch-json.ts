/** Stands in for a session. */
export const user: string = new URLSearchParams(location.search).get("user") ?? "bob";

export async function fetchJson<T>(url: string, body?: unknown): Promise<T> {
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, { ...sent, headers: { "content-type": "application/json", "x-user": user } });
  const json = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(json.message ?? response.statusText);
  return json;
}

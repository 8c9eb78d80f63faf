import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentInputItem, Session } from "@openai/agents";

/** A session that outlives its process. */
export class FileSession implements Session {
  readonly #path: string;
  readonly #id: string;

  constructor(dir: string, id: string) {
    this.#id = id;
    this.#path = join(dir, `${id}.json`);
  }

  async getSessionId(): Promise<string> {
    return this.#id;
  }

  async getItems(limit?: number): Promise<AgentInputItem[]> {
    const items = existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, "utf8")) as AgentInputItem[]) : [];
    return limit === undefined ? items : items.slice(-limit);
  }

  async addItems(items: AgentInputItem[]): Promise<void> {
    writeFileSync(this.#path, JSON.stringify([...(await this.getItems()), ...items]));
  }

  async popItem(): Promise<AgentInputItem | undefined> {
    const items = await this.getItems();
    const last = items.pop();
    writeFileSync(this.#path, JSON.stringify(items));
    return last;
  }

  async clearSession(): Promise<void> {
    writeFileSync(this.#path, "[]");
  }
}

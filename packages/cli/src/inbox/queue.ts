/** What was pushed, in order, to whoever takes it next. */
export class Queue<T> {
  readonly #items: T[] = [];
  #arrived = Promise.withResolvers<void>();

  push(item: T): void {
    this.#items.push(item);
    this.#arrived.resolve();
  }

  async next(): Promise<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      this.#arrived = Promise.withResolvers();
      await this.#arrived.promise;
    }
  }
}

import { SYSTEM } from "../contract/principal.ts";
import type { Batch, Change, Committed, StorePort } from "../store/port.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import { blankThread } from "./blank-thread.ts";
import { FREEZES, schemaId } from "./reserved.ts";
import { withoutSchema } from "./schemas.ts";
import type { WithSchema } from "./to-request.ts";
import { putThread, together } from "./transition.ts";
import type { Writes } from "./writes.ts";

/** A record that whoever needs it first makes, and nobody makes twice. It is kept as a thread that no worker takes up. */
interface Founding {
  readonly id: string;
  readonly context: unknown;
}

const NOTHING_FROZEN: Founding = { id: FREEZES, context: { freezes: [] } };

/** What there is for good of these records in one tenant of one store, as far as this process knows. */
export class Founded {
  readonly #port: StorePort;
  readonly #tenant: string;
  /** By their ids. False: it wasn't there at the last look. */
  readonly #known = new Map<string, boolean>();

  private constructor(port: StorePort, tenant: string) {
    this.#port = port;
    this.#tenant = tenant;
  }

  /** The same for every gate: an application may make one for each web request. */
  static of(port: StorePort, tenant: string): Founded {
    const tenants = all.get(port) ?? new Map<string, Founded>();
    all.set(port, tenants);
    const founded = tenants.get(tenant) ?? new Founded(port, tenant);
    tenants.set(tenant, founded);
    return founded;
  }

  /** Commits the batch, together with what it rests on and isn't there. @param now Unix ms, by the store's clock */
  async commit(batch: Batch, now: () => Promise<number>): Promise<Committed> {
    const wanted = this.#wantedBy(batch.changes);
    const lean = { ...batch, changes: batch.changes.map(withoutSchema) };
    if (wanted.length === 0) return this.#port.commit(lean);
    await this.#look(wanted.filter(({ id }) => !this.#known.has(id)));
    // What a look has not found out is made: if it is there, that is refused.
    let missing = wanted.filter(({ id }) => this.#known.get(id) !== true);
    for (;;) {
      const at = missing.length > 0 ? await now() : 0;
      const made = together(...missing.map((one) => this.#making(one, at)));
      const changes = [...made.changes, ...lean.changes];
      const committed = await this.#port.commit({ ...lean, changes, events: [...made.events, ...lean.events] });
      if (committed.ok) for (const { id } of missing) this.see(id, true);
      if (committed.ok || committed.reason !== "CONFLICT") return committed;
      // Did somebody else make one of them at the same moment?
      await this.#look(missing);
      const left = missing.filter(({ id }) => this.#known.get(id) === false);
      if (left.length === missing.length) return committed;
      missing = left;
    }
  }

  /** Whoever reads one of them has seen whether it is there. */
  see(id: string, isThere: boolean): void {
    this.#known.set(id, isThere);
  }

  /** What these changes rest on, each once, and nobody here has seen yet: a request that is there has brought its schema. */
  #wantedBy(changes: readonly Change[]): readonly Founding[] {
    const wanted = new Map<string, Founding>([[FREEZES, NOTHING_FROZEN]]);
    for (const change of changes) {
      if (change.op !== "put" || change.kind !== "request" || change.expects > 0) continue;
      const { argsSchema: context, argsSchemaHash: hash }: WithSchema = change.record;
      if (context && hash !== undefined) wanted.set(schemaId(hash), { id: schemaId(hash), context });
    }
    return [...wanted.values()].filter(({ id }) => this.#known.get(id) !== true);
  }

  /** What can't be read is there. A store that is away says nothing of it, and is the commit's to find out. */
  async #look(at: readonly Founding[]): Promise<void> {
    const look = async ({ id }: Founding): Promise<void> => {
      const found = await unlessUnreadable(this.#port.getThread(this.#tenant, id));
      this.see(id, found !== undefined);
    };
    await Promise.all(at.map((one) => look(one).catch(() => {})));
  }

  #making({ id, context }: Founding, at: number): Writes {
    const blank = blankThread(this.#tenant, id);
    return putThread(blank, { state: "closed", context }, { type: "created", at, actor: SYSTEM });
  }
}

const all = new WeakMap<StorePort, Map<string, Founded>>();

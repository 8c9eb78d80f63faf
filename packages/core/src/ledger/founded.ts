import { SYSTEM } from "../contract/principal.ts";
import type { Batch, Change, Committed, StorePort } from "../store/port.ts";
import { blankThread } from "./blank-thread.ts";
import { FREEZES } from "./freezes.ts";
import type { Writes } from "./ledger.ts";
import { hashOfSchema, schemaId, withoutSchema } from "./schemas.ts";
import type { WithSchema } from "./to-request.ts";
import { putThread, together } from "./transition.ts";

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
  readonly #known = new Set<string>();

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
    for (let missing = await this.#missing(wanted); ;) {
      const at = missing.length > 0 ? await now() : 0;
      const made = together(...missing.map((one) => this.#making(one, at)));
      const changes = [...made.changes, ...lean.changes];
      const committed = await this.#port.commit({ ...lean, changes, events: [...made.events, ...lean.events] });
      if (committed.ok) this.#learn(wanted);
      if (committed.ok || committed.reason !== "CONFLICT") return committed;
      // Did somebody else make one of them at the same moment?
      const still = await this.#missing(wanted);
      if (still.length === missing.length) return committed;
      missing = still;
    }
  }

  /** Somebody found one of them gone. */
  forget(): void {
    this.#known.clear();
  }

  /** What these changes rest on, and nobody here has seen yet. */
  #wantedBy(changes: readonly Change[]): readonly Founding[] {
    const schemas = changes.flatMap((change) => {
      const argsSchema = change.op === "put" && change.kind === "request" ? (change.record as WithSchema).argsSchema : undefined;
      return argsSchema ? [{ id: schemaId(hashOfSchema(argsSchema)), context: argsSchema }] : [];
    });
    return [NOTHING_FROZEN, ...schemas].filter(({ id }) => !this.#known.has(id));
  }

  /** Those of them that aren't there. */
  async #missing(wanted: readonly Founding[]): Promise<readonly Founding[]> {
    const there = await Promise.all(wanted.map(({ id }) => this.#port.getThread(this.#tenant, id)));
    this.#learn(wanted.filter((_, index) => there[index]));
    return wanted.filter((_, index) => !there[index]);
  }

  #learn(founded: readonly Founding[]): void {
    for (const { id } of founded) this.#known.add(id);
  }

  #making({ id, context }: Founding, at: number): Writes {
    const blank = blankThread(this.#tenant, id);
    return putThread(blank, { state: "closed", context }, { type: "created", at, actor: SYSTEM });
  }
}

const all = new WeakMap<StorePort, Map<string, Founded>>();

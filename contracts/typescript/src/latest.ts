// The version guard: each entity as of its highest version, whatever is delivered and in which order.
import type { FactType, Outcome, Received } from "./decode.js";
import { FACTS } from "./generated/facts.js";

/** In memory; in a database the same guard is `WHERE excluded.version > row.version`. */
export class LatestFacts {
  private readonly facts = new Map<string, Received>();
  private readonly erased = new Set<unknown>();

  /** Whether the record changed what is stored. Facts about erased users are deleted and ignored. */
  take(read: Outcome): boolean {
    if (read.outcome !== "fact" || this.erased.has(owner(read))) return false;
    if (read.type === "ongoza.user.erased.v1") this.erase(read.fact.user_id);
    const at = `${FACTS[read.type].topic}/${read.key}`;
    const known = this.facts.get(at);
    if (known && known.fact.version >= read.fact.version) return false;
    this.facts.set(at, read);
    return true;
  }

  /** The stored facts of a type. A later fact of the same entity may be of another type. */
  *of<T extends FactType>(type: T): Iterable<Received<T>["fact"]> {
    for (const one of this.facts.values()) {
      if (one.type === type) yield one.fact as Received<T>["fact"];
    }
  }

  private erase(userId: number): void {
    this.erased.add(userId);
    for (const [at, one] of this.facts) {
      if (owner(one) === userId) this.facts.delete(at);
    }
  }
}

function owner(read: Received): unknown {
  const field = FACTS[read.type].owner;
  return field === null ? undefined : (read.fact as unknown as Record<string, unknown>)[field];
}

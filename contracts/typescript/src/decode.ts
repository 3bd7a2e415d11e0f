// From a record of any client to a fact: tolerant of what is new, strict about what is not understood.
import { FACTS, type FactByType } from "./generated/facts.js";
import { isValid, withDefaults } from "./validate.js";

export type FactType = keyof FactByType;

/** A fact of one type; without a parameter, of any: `type` says which. */
export type Received<T extends FactType = FactType> = {
  [Type in T]: {
    outcome: "fact";
    type: Type;
    /** The entity, unique in its topic. */
    key: string;
    fact: FactByType[Type];
  };
}[T];

export type Outcome =
  | Received
  | { outcome: "unknown"; type: string }
  | { outcome: "tombstone" }
  | { outcome: "refused"; code: "bad_header" | "missing_header" | "bad_payload" };

export interface WireRecord {
  headers: Iterable<[name: string, value: Uint8Array | null]>;
  value: Uint8Array | null;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const REQUIRED = ["ce_specversion", "ce_type", "ce_id"];

/** What a consumer does with each outcome: store the fact, count an unknown type, pass over a tombstone,
 * park a refused record and go on with its neighbours. */
export function decode(record: WireRecord): Outcome {
  if (record.value === null) return { outcome: "tombstone" };
  const attributes = new Map<string, string>();
  try {
    for (const [name, value] of record.headers) {
      const isRead = name.startsWith("ce_") || name === "traceparent";
      if (isRead && value !== null) attributes.set(name, UTF8.decode(value));
    }
  } catch {
    return { outcome: "refused", code: "bad_header" };
  }
  if (!REQUIRED.every((name) => attributes.get(name))) return { outcome: "refused", code: "missing_header" };
  const type = attributes.get("ce_type")!;
  if (!Object.hasOwn(FACTS, type)) return { outcome: "unknown", type };
  return body(type as FactType, record.value);
}

function body(type: FactType, value: Uint8Array): Outcome {
  const { key, schema } = FACTS[type];
  try {
    const read: unknown = JSON.parse(UTF8.decode(value));
    if (isValid(read, schema)) {
      const fact = withDefaults(read as Record<string, unknown>, schema);
      return { outcome: "fact", type, key: key.map((name) => fact[name]).join(":"), fact } as unknown as Received;
    }
  } catch {
    // Not JSON, or not UTF-8: refused like a body of the wrong shape.
  }
  return { outcome: "refused", code: "bad_payload" };
}

// From a record of any client to a fact: tolerant of what is new, strict about what is not understood.
import type { ProgressUpdated } from "./facts/ProgressUpdated.js";
import type { RecommendationsRefreshed } from "./facts/RecommendationsRefreshed.js";
import type { UserErased } from "./facts/UserErased.js";

export type Fact =
  | { type: "ongoza.progress.updated.v1"; fact: ProgressUpdated }
  | { type: "ongoza.recommendations.refreshed.v1"; fact: RecommendationsRefreshed }
  | { type: "ongoza.user.erased.v1"; fact: UserErased };

export type Outcome =
  | ({ outcome: "fact" } & Fact)
  | { outcome: "unknown"; type: string }
  | { outcome: "tombstone" }
  | { outcome: "refused"; code: "bad_header" | "missing_header" | "bad_payload" };

export interface WireRecord {
  headers: [name: string, value: Buffer][];
  value: Buffer | null;
}

type Check = (fact: Record<string, unknown>) => boolean;

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const STATUSES = new Set(["not_started", "in_progress", "completed", "failed"]);
const whole = (value: unknown): value is number => Number.isInteger(value);
const text = (value: unknown): value is string => typeof value === "string";

// Only what this team uses is checked: what it does not use cannot hurt it.
const CHECKS: Record<Fact["type"], Check> = {
  "ongoza.progress.updated.v1": (fact) =>
    whole(fact.version) &&
    whole(fact.user_id) &&
    text(fact.content_id) &&
    text(fact.status) &&
    STATUSES.has(fact.status) &&
    typeof fact.completion_percentage === "number" &&
    text(fact.updated_at),
  "ongoza.recommendations.refreshed.v1": (fact) =>
    whole(fact.version) &&
    whole(fact.user_id) &&
    Array.isArray(fact.content_ids) &&
    fact.content_ids.every(text),
  "ongoza.user.erased.v1": (fact) => whole(fact.version) && whole(fact.user_id),
};

export function decode(record: WireRecord): Outcome {
  if (record.value === null) return { outcome: "tombstone" };
  const attributes = new Map<string, string>();
  try {
    for (const [name, value] of record.headers) {
      if (name.startsWith("ce_") || name === "traceparent") attributes.set(name, UTF8.decode(value));
    }
  } catch {
    return { outcome: "refused", code: "bad_header" };
  }
  const type = attributes.get("ce_type");
  if (!type || !attributes.get("ce_specversion") || !attributes.get("ce_id")) {
    return { outcome: "refused", code: "missing_header" };
  }
  if (!(type in CHECKS)) return { outcome: "unknown", type };
  return body(type as Fact["type"], record.value);
}

function body(type: Fact["type"], value: Buffer): Outcome {
  try {
    const fact: unknown = JSON.parse(UTF8.decode(value));
    if (typeof fact === "object" && fact !== null && CHECKS[type](fact as Record<string, unknown>)) {
      return { outcome: "fact", type, fact } as Outcome;
    }
  } catch {
    // Not JSON, or not UTF-8: refused like a body of the wrong shape.
  }
  return { outcome: "refused", code: "bad_payload" };
}

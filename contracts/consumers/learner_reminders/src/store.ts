// The team's own state: each entity as of its highest version, whatever is delivered and in which order.
import type { Outcome } from "./decode.js";
import type { ProgressUpdated } from "./facts/ProgressUpdated.js";
import type { RecommendationsRefreshed } from "./facts/RecommendationsRefreshed.js";

export interface Reminder {
  user_id: number;
  open: string[];
  next: string[];
}

export class Store {
  private readonly progress = new Map<string, ProgressUpdated>();
  private readonly lists = new Map<number, RecommendationsRefreshed>();
  private readonly erased = new Set<number>();

  take(read: Outcome): void {
    if (read.outcome !== "fact") return;
    switch (read.type) {
      case "ongoza.progress.updated.v1":
        this.keep(this.progress, `${read.fact.user_id}:${read.fact.content_id}`, read.fact);
        break;
      case "ongoza.recommendations.refreshed.v1":
        this.keep(this.lists, read.fact.user_id, read.fact);
        break;
      case "ongoza.user.erased.v1":
        this.forget(read.fact.user_id);
    }
  }

  percentage(userId: number, contentId: string): number | null {
    return this.progress.get(`${userId}:${contentId}`)?.completion_percentage ?? null;
  }

  /** Learners with something in progress, and what they are offered. */
  reminders(): Reminder[] {
    const open = new Map<number, string[]>();
    for (const { user_id, content_id, status } of this.progress.values()) {
      if (status === "in_progress") open.set(user_id, [...(open.get(user_id) ?? []), content_id]);
    }
    return [...open]
      .map(([user_id, items]) => ({
        user_id,
        open: items.sort(),
        next: (this.lists.get(user_id)?.content_ids ?? []).slice(0, 3),
      }))
      .sort((one, other) => one.user_id - other.user_id);
  }

  /** The guard: an older version, and whoever was erased, changes nothing. */
  private keep<K, F extends { version: number; user_id: number }>(
    kept: Map<K, F>,
    key: K,
    fact: F,
  ): void {
    if (this.erased.has(fact.user_id)) return;
    if (fact.version > (kept.get(key)?.version ?? 0)) kept.set(key, fact);
  }

  private forget(userId: number): void {
    this.erased.add(userId);
    this.lists.delete(userId);
    for (const [key, fact] of this.progress) {
      if (fact.user_id === userId) this.progress.delete(key);
    }
  }
}

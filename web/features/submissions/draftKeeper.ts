import { ApiError, isRetryable } from "../../client/apiGateway.ts";
import type { KeptText } from "./drafts";
import { type Accepted, TwoVersions } from "./saveText.ts";

/** What a draft's text is kept and sent with. */
export interface DraftParts {
  /** On the device, for this user and this draft. */
  device: {
    read: () => KeptText | null;
    /** False where there is no room. */
    keep: (text: KeptText) => boolean;
    drop: () => void;
  };
  /** What the phone sends when the line is back, also from other pages. */
  queue: {
    /** The text that waits there afterwards. */
    put: (base: Accepted | null, draft: KeptText) => Promise<string | null>;
    remove: (pending: KeptText["pending"]) => Promise<void>;
    holds: (pending: KeptText["pending"]) => Promise<boolean>;
  };
  /** Raises `TwoVersions` and `ApiError`. */
  send: (base: Accepted | null, draft: KeptText) => Promise<Accepted | null>;
}

export interface DraftState {
  text: string;
  sync: "kept" | "sent" | "accepted" | null;
  acceptedAt: Date | null;
  /** Why it was not kept or not accepted. */
  problem: unknown;
  /** What core has, where it is not what this text was written on. */
  theirs: Accepted | null;
}

/** The device has no room for the text. */
export class NotKept extends Error {}

/** The text of a draft: on the device with each letter, and with core when it is saved. */
export class DraftKeeper {
  private readonly parts: DraftParts;
  private readonly listeners = new Set<() => void>();
  private state: DraftState;
  private base: Accepted | null;
  private kept: KeptText | null = null;
  private saving: Promise<boolean> | null = null;

  constructor(parts: DraftParts, accepted: Accepted | null, acceptedAt: Date | null) {
    this.parts = parts;
    this.base = accepted;
    const sync = accepted ? "accepted" : null;
    this.state = { text: accepted?.text ?? "", sync, acceptedAt, problem: null, theirs: null };
  }

  readonly read = (): DraftState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes up what an earlier visit left on the device. */
  restore(): void {
    const found = this.parts.device.read();
    if (!found || found.text === this.base?.text) {
      this.parts.device.drop();
      return;
    }
    this.kept = found;
    const theirs = isOther(this.base, found) ? this.base : null;
    this.change({ text: found.text, sync: "kept", theirs });
  }

  write(text: string): void {
    const { pending = null, queued = null } = this.kept ?? {};
    const etag = this.kept?.etag ?? this.base?.etag ?? null;
    this.change({ text });
    this.keep({ text, at: new Date().toISOString(), etag, pending, queued });
  }

  /** True once core has the text as it stands. */
  save(): Promise<boolean> {
    this.saving ??= this.send().finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  /** Learns that the queue may have sent what it had. */
  async queueChanged(): Promise<void> {
    const draft = this.kept;
    if (draft?.queued && !this.saving && !(await this.parts.queue.holds(draft.pending))) {
      await this.save();
    }
  }

  /** Ends the choice between two versions. */
  choose(mine: boolean): void {
    const { theirs, text } = this.state;
    this.base = theirs;
    this.change({ theirs: null });
    if (mine) {
      const etag = theirs?.etag ?? null;
      this.keep({ text, at: new Date().toISOString(), etag, pending: null, queued: null });
      void this.save();
    } else {
      this.forget();
      this.change({ text: theirs?.text ?? "", sync: "accepted" });
    }
  }

  private async send(): Promise<boolean> {
    const draft = this.kept;
    if (!draft) {
      return true;
    }
    if (!this.base && !draft.pending && draft.text.trim()) {
      draft.pending = { key: crypto.randomUUID(), text: draft.text };
      this.parts.device.keep(draft);
    }
    this.change({ sync: "sent", problem: null });
    try {
      this.base = await this.parts.send(this.base, draft);
    } catch (error) {
      if (this.base && error instanceof ApiError && error.status === 404) {
        this.base = null; // removed elsewhere: it is added again
        draft.pending = null;
        return this.send();
      }
      await this.notAccepted(error, draft);
      return false;
    }
    await this.parts.queue.remove(draft.pending).catch(() => undefined);
    return this.settle(draft);
  }

  private async notAccepted(error: unknown, draft: KeptText): Promise<void> {
    this.change({ sync: "kept" });
    if (error instanceof TwoVersions) {
      this.change({ theirs: error.theirs });
      await this.parts.queue.remove(draft.pending).catch(() => undefined);
      return;
    }
    if (isRetryable(error)) {
      const queued = await this.parts.queue.put(this.base, draft).catch(() => null);
      const newest = this.kept ?? draft;
      this.kept = { ...newest, queued };
      this.parts.device.keep(this.kept);
    }
    const isLineGone = error instanceof ApiError && error.status === 0;
    this.change({ problem: isLineGone ? null : error });
  }

  /** What was written while the text was on its way stays kept. */
  private settle(sent: KeptText): boolean {
    const newest = this.kept;
    if (newest && newest.text !== sent.text) {
      this.keep({ ...newest, etag: this.base?.etag ?? null, pending: null, queued: null });
      return false;
    }
    this.forget();
    this.change({ sync: this.base ? "accepted" : null, acceptedAt: new Date() });
    return true;
  }

  private keep(text: KeptText): void {
    this.kept = text;
    const isKept = this.parts.device.keep(text);
    this.change({ sync: isKept ? "kept" : null, problem: isKept ? null : new NotKept() });
  }

  private forget(): void {
    this.kept = null;
    this.parts.device.drop();
  }

  private change(changes: Partial<DraftState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** Whether core has another version than the one that a kept text was written on. */
function isOther(accepted: Accepted | null, { etag, pending, queued }: KeptText): boolean {
  if (!accepted || tagOf(etag) === tagOf(accepted.etag)) {
    return false;
  }
  return accepted.text !== pending?.text && accepted.text !== queued;
}

/** A compressed answer has the same tag with a mark before it. */
function tagOf(etag: string | null): string {
  return (etag ?? "").replace(/^W\//, "");
}

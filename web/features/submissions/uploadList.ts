import type { KeptFile } from "./drafts";
import type { Listener } from "./upload";

export type UploadPhase = "waiting" | "sending" | "broken" | "paused" | "refused";

export interface Upload {
  name: string;
  size: number;
  sent: number;
  phase: UploadPhase;
  /** Why it was refused. */
  problem: unknown;
}

/** The file cannot be sent as it is. */
export class Unsendable extends Error {
  readonly reason: "empty" | "tooLarge";

  constructor(reason: "empty" | "tooLarge") {
    super(reason);
    this.reason = reason;
  }
}

/** What files are sent and remembered with. */
export interface UploadParts {
  /** Resolves once core has the file and the draft holds it. */
  send: (file: File, key: string, listener: Listener, signal: AbortSignal) => Promise<void>;
  keep: (files: KeptFile[]) => void;
  kept: () => KeptFile[];
  onArrived: () => void;
  maxBytes: number;
}

interface Running {
  file: File;
  stop: AbortController;
  /** Makes the file one artifact, however often it is added. */
  key: string;
}

export interface UploadState {
  uploads: Upload[];
  /** Files of an earlier visit that did not arrive whole. */
  unfinished: KeptFile[];
}

/** The files of a draft that are on their way, sent one after the other. */
export class UploadList {
  private readonly parts: UploadParts;
  private readonly listeners = new Set<() => void>();
  private readonly running = new Map<string, Running>();
  private line: Promise<void> = Promise.resolve();
  private state: UploadState = { uploads: [], unfinished: [] };

  constructor(parts: UploadParts) {
    this.parts = parts;
  }

  readonly read = (): UploadState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Takes up which files an earlier visit did not finish. */
  restore(): void {
    this.change({ unfinished: this.parts.kept() });
  }

  /** Stops all of them; what has arrived stays. */
  stop(): void {
    for (const { stop } of this.running.values()) {
      stop.abort();
    }
  }

  add(files: File[]): void {
    for (const file of files.filter(({ name }) => !this.running.has(name))) {
      const problem = refusalOf(file, this.parts.maxBytes);
      const { name, size } = file;
      const phase = problem ? "refused" : "waiting";
      const unfinished = this.state.unfinished.filter((one) => one.name !== name);
      const sent = this.state.unfinished.find((one) => one.name === name)?.sent ?? 0;
      this.running.set(name, { file, stop: new AbortController(), key: crypto.randomUUID() });
      this.change({
        uploads: [...this.state.uploads, { name, size, sent, phase, problem }],
        unfinished,
      });
      if (!problem) {
        this.begin(name);
      }
    }
  }

  pause(name: string): void {
    this.running.get(name)?.stop.abort();
    this.changeOne(name, { phase: "paused" });
  }

  resume(name: string): void {
    const one = this.running.get(name);
    if (one) {
      this.running.set(name, { ...one, stop: new AbortController() });
      this.changeOne(name, { phase: "waiting", problem: null });
      this.begin(name);
    }
  }

  /** Gives a file up, also one of an earlier visit. */
  remove(name: string): void {
    this.running.get(name)?.stop.abort();
    this.running.delete(name);
    this.change({
      uploads: this.state.uploads.filter((one) => one.name !== name),
      unfinished: this.state.unfinished.filter((one) => one.name !== name),
    });
  }

  private begin(name: string): void {
    this.line = this.line.then(() => this.send(name));
  }

  private async send(name: string): Promise<void> {
    const one = this.running.get(name);
    if (!one || one.stop.signal.aborted) {
      return;
    }
    const { signal } = one.stop;
    const onProgress = (phase: UploadPhase) => (sent: number) => {
      if (!signal.aborted) {
        this.changeOne(name, { phase, sent });
      }
    };
    const listener = { onSent: onProgress("sending"), onBreak: onProgress("broken") };
    try {
      await this.parts.send(one.file, one.key, listener, signal);
    } catch (problem) {
      if (!signal.aborted) {
        this.changeOne(name, { phase: "refused", problem });
      }
      return;
    }
    this.remove(name);
    this.parts.onArrived();
  }

  private changeOne(name: string, changes: Partial<Upload>): void {
    const uploads = this.state.uploads.map((one) =>
      one.name === name ? { ...one, ...changes } : one,
    );
    this.change({ uploads });
  }

  private change(changes: Partial<UploadState>): void {
    this.state = { ...this.state, ...changes };
    const { uploads, unfinished } = this.state;
    const onTheirWay = uploads.filter(({ phase }) => phase !== "refused");
    this.parts.keep([
      ...unfinished,
      ...onTheirWay.map(({ name, size, sent }) => ({ name, size, sent })),
    ]);
    for (const listener of this.listeners) {
      listener();
    }
  }
}

function refusalOf(file: File, maxBytes: number): Unsendable | null {
  if (file.size === 0) {
    return new Unsendable("empty");
  }
  return file.size > maxBytes ? new Unsendable("tooLarge") : null;
}

import { ApiError, isRetryable, reasonOf } from "./apiGateway.ts";

/** A field of what is at the path, and one of whose values it has then. */
export interface Arrived {
  path: string;
  field: string;
  values: string[];
}

/** Something a user did that no service has accepted yet. */
export interface Unsent {
  /** Made when it was done, and sent as its idempotency key each time. */
  key: string;
  userId: number;
  method: "POST" | "PUT" | "PATCH";
  path: string;
  body: unknown;
  ifMatch?: string;
  /** What shows, after a refusal, that it had arrived before and only its answer was lost. */
  arrived?: Arrived;
  /** What it is, in the language in which it was done. */
  title: string;
  keptAt: string;
  /** The refusal, for one that is not sent again by itself. */
  refused?: { status: number; code: string; detail: string };
}

/** Where they are kept: in the browser's database, in memory in tests. */
export interface Store {
  put(one: Unsent): Promise<void>;
  remove(key: string): Promise<void>;
  /** In the order in which they were kept. */
  all(): Promise<Unsent[]>;
}

export type Sender = (one: Unsent) => Promise<unknown>;
export type Outcome = { state: "accepted"; answer: unknown } | { state: "kept" };

/**
 * Keeps something until it is accepted, and sends it. Behind others that wait it waits too: the later
 * one may build on the earlier. A refusal is raised, and nothing kept; so is the lack of an answer
 * where the browser keeps nothing.
 */
export async function sendOrKeep(one: Unsent, store: Store, send: Sender): Promise<Outcome> {
  const waiting = await unsentOf(one.userId, store).catch(() => []);
  const isKept = await store.put(one).then(
    () => true,
    () => false,
  );
  if (isKept && !waiting.every(({ refused }) => refused)) {
    return { state: "kept" };
  }
  try {
    const answer = await send(one);
    await removed(one, store, isKept);
    return { state: "accepted", answer };
  } catch (error) {
    if (isKept && isRetryable(error)) {
      return { state: "kept" };
    }
    await removed(one, store, isKept);
    throw error;
  }
}

async function removed(one: Unsent, store: Store, isKept: boolean): Promise<void> {
  if (isKept) {
    await store.remove(one.key);
  }
}

/**
 * Sends what the user has kept, the oldest first, until one gets no answer. A refused one stays with
 * its refusal, for its user to decide. Others' are never sent. Returns how many were accepted.
 */
export async function sendKept(userId: number, store: Store, send: Sender): Promise<number> {
  let accepted = 0;
  for (const one of await unsentOf(userId, store)) {
    if (one.refused) {
      continue;
    }
    try {
      await send(one);
    } catch (error) {
      if (!(error instanceof ApiError) || isRetryable(error)) {
        break;
      }
      const { status, code } = error;
      await store.put({ ...one, refused: { status, code, detail: reasonOf(error) } });
      continue;
    }
    await store.remove(one.key);
    accepted += 1;
  }
  return accepted;
}

export async function unsentOf(userId: number, store: Store): Promise<Unsent[]> {
  return (await store.all()).filter((one) => one.userId === userId);
}

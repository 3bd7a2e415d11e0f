import { apiGateway } from "./apiGateway";
import { type Outcome, type Sender, type Store, sendKept, sendOrKeep, type Unsent } from "./unsent";

const DATABASE = "ongoza";
const TABLE = "unsent";
/** Told to the pages of this browser when something was kept, sent or refused. */
const CHANNEL = "ongoza-unsent";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TABLE, { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inTable<T>(
  mode: IDBTransactionMode,
  act: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = act(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const store: Store = {
  async put(one) {
    await inTable("readwrite", (table) => table.put(one));
    announce();
  },
  async remove(key) {
    await inTable("readwrite", (table) => table.delete(key));
    announce();
  },
  async all() {
    const found: Unsent[] = await inTable("readonly", (table) => table.getAll());
    return found.sort((one, other) => one.keptAt.localeCompare(other.keptAt));
  },
};

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
  dispatchEvent(new Event(CHANNEL)); // a channel does not tell its own page
}

/** Calls back after each change, in this page and in others. Returns what ends it. */
export function onChange(callBack: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = callBack;
  addEventListener(CHANNEL, callBack);
  return () => {
    channel.close();
    removeEventListener(CHANNEL, callBack);
  };
}

const send: Sender = async ({ method, path, body, key, ifMatch }) => {
  const options = { idempotencyKey: key, ...(ifMatch ? { ifMatch } : {}) };
  const call = { POST: apiGateway.post, PUT: apiGateway.put, PATCH: apiGateway.patch }[method];
  return (await call(path, body, options)).body;
};

/** The user of the page, as its shell says. Null where nobody is signed in. */
export function userOfPage(): number | null {
  const stated = document.querySelector<HTMLElement>("[data-user]")?.dataset.user;
  return stated ? Number(stated) : null;
}

type Given = Pick<Unsent, "method" | "path" | "body" | "ifMatch" | "title">;

/** Sends what a user did, or keeps it on this phone. Raises `ApiError` for a refusal. */
export async function sendLater(given: Given): Promise<Outcome> {
  const userId = userOfPage();
  if (userId === null) {
    throw new Error("nobody is signed in");
  }
  const keptAt = new Date().toISOString();
  return sendOrKeep({ ...given, userId, key: crypto.randomUUID(), keptAt }, store, send);
}

/** One page of the browser at a time: two would send the same things twice, though in vain. */
export async function sendAllKept(userId: number): Promise<number> {
  return navigator.locks.request("ongoza-sending", () => sendKept(userId, store, send));
}

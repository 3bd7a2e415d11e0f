import { ApiError, apiGateway, userOfPage } from "./apiGateway";
import { inTable } from "./database";
import { forgetDataUse } from "./dataUseStore";
import { forgetPush } from "./push";
import { type Outcome, type Sender, type Store, sendKept, sendOrKeep, type Unsent } from "./unsent";

/** Told to the pages of this browser when something was kept, sent or refused. */
const CHANNEL = "ongoza-unsent";

export const store: Store = {
  async put(one) {
    await inTable("unsent", "readwrite", (table) => table.put(one));
    announce();
  },
  async remove(key) {
    await inTable("unsent", "readwrite", (table) => table.delete(key));
    announce();
  },
  async all() {
    const found: Unsent[] = await inTable("unsent", "readonly", (table) => table.getAll());
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

const send: Sender = async ({ method, path, body, key, ifMatch, arrived }) => {
  const options = { idempotencyKey: key, ...(ifMatch ? { ifMatch } : {}) };
  const call = { POST: apiGateway.post, PUT: apiGateway.put, PATCH: apiGateway.patch }[method];
  try {
    return (await call(path, body, options)).body;
  } catch (error) {
    if (arrived && error instanceof ApiError && [409, 412].includes(error.status)) {
      const found = await apiGateway.get<Record<string, unknown>>(arrived.path);
      if (arrived.values.includes(`${found.body[arrived.field]}`)) {
        return found.body;
      }
    }
    throw error;
  }
};

type Given = Pick<Unsent, "method" | "path" | "body" | "ifMatch" | "title">;

/** Sends what a user did, or keeps it on this phone. Raises `ApiError` for a refusal. */
export async function sendLater(given: Given): Promise<Outcome> {
  const userId = userOfPage();
  if (userId === null) {
    throw new Error("nobody is signed in");
  }
  const keptAt = new Date().toISOString();
  const one = { ...given, userId, key: crypto.randomUUID(), keptAt };
  return alone(() => sendOrKeep(one, store, send));
}

export async function sendAllKept(userId: number): Promise<number> {
  return alone(() => sendKept(userId, store, send));
}

/** One page of the browser at a time, so that what was done first arrives first. */
function alone<T>(act: () => Promise<T>): Promise<T> {
  return navigator.locks.request("ongoza-sending", act) as Promise<T>;
}

/** Takes from this phone what a user kept on it and what the pages of a user wrote. */
export async function deleteUserData(userId: number): Promise<void> {
  const rows = (await store.all().catch(() => [])).filter((one) => one.userId === userId);
  await Promise.all(rows.map(({ key }) => store.remove(key)));
  for (const key of Object.keys(localStorage)) {
    if (key.split(":").includes(`${userId}`)) {
      localStorage.removeItem(key);
    }
  }
  await forgetDataUse(userId);
  await forgetPush();
  await forgetPages();
}

/** Takes the pages that the service worker keeps from this phone. */
export async function forgetPages(): Promise<void> {
  await globalThis.caches?.delete("pages");
  navigator.serviceWorker?.controller?.postMessage({ type: "user", user: null });
}

import { onSent } from "./apiGateway";
import { inTable } from "./database";
import { added, type DataUse, monthOf, receivedBytes } from "./dataUse";

const CHANGED = "ongoza-data-use";
/** By then the page has arrived whole, which the service worker notes only then. */
const ARRIVED_MS = 2000;

let isCounting = false;
let isForgotten = false;

/** Counts from now on, with what the page has received before. Once for a page. */
export function countDataUse(userId: number): void {
  if (isCounting) {
    return;
  }
  isCounting = true;
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as PerformanceResourceTiming[];
    void add(
      userId,
      entries.reduce((sum, entry) => sum + receivedBytes(entry), 0),
    );
    addOfWorker(userId);
  });
  observer.observe({ type: "navigation", buffered: true });
  observer.observe({ type: "resource", buffered: true });
  onSent((bytes) => void add(userId, bytes));
  setTimeout(() => addOfWorker(userId), ARRIVED_MS);
}

/** Takes over what the service worker has fetched since any page asked. */
function addOfWorker(userId: number): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    port1.close();
    void add(userId, data);
  };
  navigator.serviceWorker?.controller?.postMessage({ type: "take-received" }, [port2]);
}

async function add(userId: number, bytes: number): Promise<void> {
  if (bytes > 0 && !isForgotten) {
    await inTable("data-use", "readwrite", (table) => {
      const request: IDBRequest<DataUse | undefined> = table.get(userId);
      request.onsuccess = () => table.put(added(request.result, userId, bytes, new Date()));
      return request;
    }).then(
      () => dispatchEvent(new Event(CHANGED)),
      () => undefined, // a phone that keeps nothing shows no count
    );
  }
}

/** What was counted for a user in this month, on this phone. */
export async function dataUseOf(userId: number): Promise<DataUse | undefined> {
  const found: DataUse | undefined = await inTable("data-use", "readonly", (table) =>
    table.get(userId),
  );
  return found?.month === monthOf(new Date()) ? found : undefined;
}

/** Deletes the count of a user who leaves this phone, and counts nothing more in this page. */
export async function forgetDataUse(userId: number): Promise<void> {
  isForgotten = true;
  await inTable("data-use", "readwrite", (table) => table.delete(userId)).catch(() => undefined);
}

/** Calls back after each change in this page. Returns what ends it. */
export function onDataUse(callBack: () => void): () => void {
  addEventListener(CHANGED, callBack);
  return () => removeEventListener(CHANGED, callBack);
}

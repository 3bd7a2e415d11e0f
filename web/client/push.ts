import { apiGateway } from "./apiGateway";

/** What a browser's user decided about messages of this site, or that it shows none. */
export type PushState = "unsupported" | "blocked" | "off" | "on";

interface Known {
  id: string;
  endpoint: string | null;
}

const ROUTE = "/notifications/push-subscriptions/";

async function manager(): Promise<PushManager | undefined> {
  if (!("Notification" in globalThis) || !("PushManager" in globalThis)) {
    return undefined;
  }
  return (await navigator.serviceWorker?.ready)?.pushManager;
}

/** Of this browser, given the caller's subscriptions as core knows them. */
export async function pushState(known: Known[]): Promise<PushState> {
  const push = await manager();
  if (!push) {
    return "unsupported";
  }
  if (Notification.permission === "denied") {
    return "blocked";
  }
  const own = await push.getSubscription();
  return own && known.some(({ endpoint }) => endpoint === own.endpoint) ? "on" : "off";
}

/** Asks the user, subscribes this browser and gives it to core. Raises `ApiError` for a refusal. */
export async function allowPush(userId: number, key: string): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") {
    return Notification.permission === "denied" ? "blocked" : "off";
  }
  const push = await manager();
  if (!push) {
    return "unsupported";
  }
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (await push.subscribe(options)).toJSON();
  await apiGateway.post(ROUTE, { endpoint, keys });
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ type: "push-user", user: userId });
  return "on";
}

/** Ends it here and at core. Reads core's list again, because the page may be older. */
export async function stopPush(): Promise<void> {
  const own = await (await manager())?.getSubscription();
  const { body } = await apiGateway.get<{ results: Known[] }>(ROUTE);
  const one = body.results.find(({ endpoint }) => endpoint === own?.endpoint);
  if (one) {
    await apiGateway.delete(`${ROUTE}${one.id}/`);
  }
  await own?.unsubscribe();
}

/** For a user who leaves this phone: the push service refuses further messages. */
export async function forgetPush(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const own = await registration?.pushManager?.getSubscription();
  await own?.unsubscribe().catch(() => false);
}

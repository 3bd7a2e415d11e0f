import { apiGateway } from "./apiGateway.ts";

export type Surface = "home" | "search";

export interface ShownItem {
  contentId: string;
  /** 1 is the first. */
  place: number;
}

interface Item {
  content_id: string;
  place: number;
  opened: boolean;
}

/** A list that was shown, as core takes it. */
export interface View {
  view_id: string;
  surface: Surface;
  items: Item[];
}

const SHARE = 0.25;
const BATCH_MAX = 20;
const views = new Map<string, View>();

/** Whether a list is reported: one in four is. */
export function isSampled(chance: number): boolean {
  return chance < SHARE;
}

/** Remembers a list until `flush`; `open` says which of its items were opened. */
export function remember(viewId: string, surface: Surface, shown: ShownItem[]): void {
  const items = shown.map(({ contentId, place }) => ({
    content_id: contentId,
    place,
    opened: false,
  }));
  views.set(viewId, { view_id: viewId, surface, items });
}

export function open(viewId: string, contentId: string): void {
  for (const item of views.get(viewId)?.items ?? []) {
    item.opened ||= item.content_id === contentId;
  }
}

/** What was remembered, in one batch that can be sent; it is forgotten here. */
export function take(): View[] {
  const taken = [...views.values()].slice(0, BATCH_MAX);
  views.clear();
  return taken;
}

/** Sends what was remembered even while the page is left. What does not arrive is not missed. */
export function flush(): void {
  const taken = take();
  if (taken.length > 0) {
    const body = { views: taken };
    apiGateway.post("/student/list-views/", body, { keepalive: true }).catch(() => undefined);
  }
}

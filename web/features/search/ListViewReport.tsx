"use client";

import { useEffect } from "react";
import { flush, isSampled, open, remember, type ShownItem, type Surface } from "@/client/listViews";

interface Properties {
  surface: Surface;
  items: (ShownItem & { href: string })[];
}

/** Reports a sample of the lists that are shown, with what was opened; not for who saves data. It
 * shows nothing. */
export function ListViewReport({ surface, items }: Properties) {
  const list = JSON.stringify(items);

  useEffect(() => {
    const shown: Properties["items"] = JSON.parse(list);
    if (shown.length === 0 || !isSampled(Math.random())) {
      return;
    }
    const viewId = crypto.randomUUID();
    remember(viewId, surface, shown);
    const onClick = (event: MouseEvent) => {
      const path = (event.target as Element | null)?.closest("a")?.pathname;
      const item = shown.find(({ href }) => href === path);
      if (item) {
        open(viewId, item.contentId);
      }
    };
    document.addEventListener("click", onClick, { capture: true });
    addEventListener("pagehide", flush);
    return () => {
      document.removeEventListener("click", onClick, { capture: true });
      removeEventListener("pagehide", flush);
      flush();
    };
  }, [surface, list]);

  return null;
}

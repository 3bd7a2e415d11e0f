"use client";

import { useEffect, useState } from "react";
import { countDataUse } from "@/client/dataUseStore";
import { unsentOf } from "@/client/unsent";
import { onChange, sendAllKept, store } from "@/client/unsentStore";
import { Icon } from "@/features/shell/Icon";

interface Properties {
  userId: number;
  /** "{count} kept on this phone", with the number still to be put in. */
  kept: string;
  offline: string;
}

/** Says how much is unsent, sends it when there is a line, and is nothing when all is well. */
export function SyncStrip({ userId, kept, offline }: Properties) {
  const [count, setCount] = useState(0);
  const [isOnline, setOnline] = useState(true);

  useEffect(() => {
    const recount = () => {
      unsentOf(userId, store).then(
        (found) => setCount(found.length),
        () => undefined,
      );
    };
    const sendIfOnline = () => {
      setOnline(navigator.onLine);
      if (navigator.onLine) {
        sendAllKept(userId).then(recount, recount);
      }
    };
    recount();
    sendIfOnline();
    countDataUse(userId);
    const end = onChange(recount);
    addEventListener("online", sendIfOnline);
    addEventListener("offline", sendIfOnline);
    navigator.serviceWorker?.register("/sw.js").then(tellUser, () => undefined);
    async function tellUser(): Promise<void> {
      const { active } = await navigator.serviceWorker.ready;
      active?.postMessage({ type: "user", user: userId });
    }
    return () => {
      end();
      removeEventListener("online", sendIfOnline);
      removeEventListener("offline", sendIfOnline);
    };
  }, [userId]);

  if (count === 0 && isOnline) {
    return null;
  }
  const text = count > 0 ? kept.replace("{count}", `${count}`) : offline;
  return (
    <>
      <a className="sync kept tool-word" href="/unsent">
        <Icon name={isOnline ? "phone" : "offline"} />
        {text}
      </a>
      <span className="hide" role="status">
        {text}
      </span>
    </>
  );
}

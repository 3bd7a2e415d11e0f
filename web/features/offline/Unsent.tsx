"use client";

import { useEffect, useState } from "react";
import { type Unsent as Kept, unsentOf } from "@/client/unsent";
import { onChange, sendAllKept, store } from "@/client/unsentStore";
import { Icon } from "@/features/shell/Icon";

export interface UnsentTexts {
  none: string;
  keptAt: string;
  refused: string;
  send: string;
  again: string;
  discard: string;
  full: string;
}

interface Properties {
  userId: number;
  locale: string;
  timeZone: string;
  texts: UnsentTexts;
}

/** What is kept on this phone for the user, with what each one waits for. */
export function Unsent({ userId, locale, timeZone, texts }: Properties) {
  const [rows, setRows] = useState<Kept[] | null>(null);
  const [isStoreAway, setStoreAway] = useState(false);

  useEffect(() => {
    const read = () => {
      unsentOf(userId, store).then(setRows, () => setStoreAway(true));
    };
    read();
    return onChange(read);
  }, [userId]);

  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  if (isStoreAway) {
    return <p role="alert">{texts.full}</p>;
  }
  if (rows?.length === 0) {
    return <p>{texts.none}</p>;
  }
  return (
    <>
      <ul className="list">
        {rows?.map((one) => (
          <li key={one.key}>
            <h2>{one.title}</h2>
            <p className="sync kept">
              <Icon name="phone" />
              {texts.keptAt.replace("{time}", time.format(new Date(one.keptAt)))}
            </p>
            {one.refused && (
              <p className="error">
                <Icon name="alert" className="s" />
                {texts.refused} {one.refused.detail}
              </p>
            )}
            {one.refused && <Choices one={one} userId={userId} texts={texts} />}
          </li>
        ))}
      </ul>
      <button type="button" className="btn" onClick={() => void sendAllKept(userId)}>
        {texts.send}
      </button>
    </>
  );
}

function Choices({ one, userId, texts }: { one: Kept; userId: number; texts: UnsentTexts }) {
  async function again(): Promise<void> {
    const { refused: _, ...rest } = one;
    await store.remove(one.key); // core answers a key that it knows as it did before
    await store.put({ ...rest, key: crypto.randomUUID() });
    await sendAllKept(userId);
  }
  return (
    <p className="acts">
      <button type="button" className="btn" onClick={() => void again()}>
        {texts.again}
      </button>
      <button type="button" className="btn bad" onClick={() => void store.remove(one.key)}>
        {texts.discard}
      </button>
    </p>
  );
}

"use client";

import { useEffect, useState } from "react";
import type { DataUse as Use } from "@/client/dataUse";
import { dataUseOf, onDataUse } from "@/client/dataUseStore";
import { bytesText } from "@/features/texts/bytes";
import type { Place } from "@/features/times/clock";
import type { DataUseTexts } from "./texts";

interface Properties {
  userId: number;
  place: Place;
  texts: DataUseTexts;
}

/** What this browser received and sent this month, as it counted on this phone. */
export function DataUse({ userId, place, texts }: Properties) {
  const [use, setUse] = useState<Use | undefined>();

  useEffect(() => {
    const read = () => void dataUseOf(userId).then(setUse, () => undefined);
    read();
    return onDataUse(read);
  }, [userId]);

  const { locale, timeZone } = place;
  const day = (time: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone }).format(new Date(time));
  return (
    <div id="data-use">
      <p>
        <strong>
          {use ? texts.used.replace("{size}", bytesText(use.bytes, locale)) : texts.none}
        </strong>
      </p>
      <p className="meta">
        {use && `${texts.since.replace("{date}", day(use.since))} `}
        {texts.counts}
      </p>
    </div>
  );
}

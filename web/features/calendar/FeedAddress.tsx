"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { IssuedFeedToken } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import { useSending } from "@/features/actions/useChange";
import type messages from "@/messages/en";

interface Properties {
  isIssued: boolean;
  texts: (typeof messages)["calendar"]["feedForm"];
}

/** Makes the address, which is shown once, and ends it. */
export function FeedAddress({ isIssued, texts }: Properties) {
  const router = useRouter();
  const { isSending, errors, run } = useSending();
  const [url, setUrl] = useState<string | null>(null);

  function make(): void {
    void run(async () => {
      setUrl((await apiGateway.post<IssuedFeedToken>("/calendar/token/", undefined)).body.url);
      router.refresh();
    });
  }

  function end(): void {
    void run(async () => {
      await apiGateway.delete("/calendar/token/");
      setUrl(null);
      router.refresh();
    });
  }

  return (
    <>
      {url && (
        <>
          <p role="alert">{texts.shown}</p>
          <TextField
            id="feed-address"
            name="address"
            label={texts.address}
            className="mono"
            readOnly
            value={url}
          />
        </>
      )}
      <Errors errors={errors} />
      <div className="acts">
        <button type="button" className="btn" disabled={isSending} onClick={make}>
          {isIssued ? texts.again : texts.make}
        </button>
        {isIssued && (
          <button type="button" className="btn bad" disabled={isSending} onClick={end}>
            {texts.end}
          </button>
        )}
      </div>
    </>
  );
}

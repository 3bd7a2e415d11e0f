"use client";

import { type FormEvent, useState } from "react";
import type { KindChannels, NotificationChannel } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import type { NotificationTexts } from "./texts";

export interface KindGroup {
  name: string;
  title: string;
  kinds: (KindChannels & { title: string })[];
}

interface Properties {
  groups: KindGroup[];
  weeklyDigest: boolean;
  /** Those that are set up on the server. */
  channels: NotificationChannel[];
  texts: NotificationTexts;
}

/** By which ways the user gets each kind of notification; saved as a whole. */
export function NotificationChoice(properties: Properties) {
  const { groups, weeklyDigest, channels, texts } = properties;
  const { isSending, errors, run } = useChange();
  const [isSaved, setSaved] = useState(false);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const kinds = groups
      .flatMap((group) => group.kinds)
      .map((kind) => ({ kind: kind.kind, channels: chosen(kind, channels, fields) }));
    setSaved(false);
    const isDone = await run(async () => {
      const body = { weekly_digest: fields.has("weekly_digest"), kinds };
      await apiGateway.put("/notifications/preferences/", body);
    });
    setSaved(isDone);
  }

  return (
    <form className="stack" onSubmit={save}>
      <label className="choice bare">
        <input type="checkbox" name="weekly_digest" defaultChecked={weeklyDigest} />
        <span>{texts.digest}</span>
      </label>
      {groups.map((group) => (
        <details key={group.name}>
          <summary>{group.title}</summary>
          <Kinds group={group} channels={channels} texts={texts} />
        </details>
      ))}
      <Errors errors={errors} />
      <p role="status">{isSaved && texts.saved}</p>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.save}
      </button>
    </form>
  );
}

interface KindsProperties {
  group: KindGroup;
  channels: NotificationChannel[];
  texts: NotificationTexts;
}

function Kinds({ group, channels, texts }: KindsProperties) {
  return (
    <>
      {group.kinds.map((kind) => (
        <fieldset key={kind.kind} className="stack tight">
          <legend>{kind.title}</legend>
          {kind.urgent && <p className="hint">{texts.always}</p>}
          <div className="row">
            {channels.map((channel) => (
              <label className="choice bare" key={channel}>
                <input
                  type="checkbox"
                  name={kind.kind}
                  value={channel}
                  defaultChecked={kind.channels.includes(channel)}
                  disabled={isFixed(kind, channel)}
                />
                <span>{texts[channel]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </>
  );
}

/** Urgent kinds go out by their own channels always; text messages may be added. */
function isFixed(kind: KindChannels, channel: NotificationChannel): boolean {
  return kind.urgent && channel !== "sms";
}

/** What was chosen; fixed channels and those that are not shown stay as they were. */
function chosen(
  kind: KindChannels,
  shown: NotificationChannel[],
  fields: FormData,
): NotificationChannel[] {
  const isOpen = (channel: NotificationChannel) =>
    shown.includes(channel) && !isFixed(kind, channel);
  const stay = kind.channels.filter((channel) => !isOpen(channel));
  return [...stay, ...(fields.getAll(kind.kind) as NotificationChannel[])];
}

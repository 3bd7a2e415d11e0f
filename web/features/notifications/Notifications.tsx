import { getFormatter, getTranslations } from "next-intl/server";
import type { Notification, NotificationPage } from "@/api/core";
import { Press } from "@/features/dialog/Press";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { cursorOf } from "@/server/pages";
import { refusals } from "@/server/refusals";
import { addressOf } from "./addresses";

interface Properties {
  page: NotificationPage;
  onlyUnread: boolean;
}

/** A page of the list, the newest first. */
export async function Notifications({ page, onlyUnread }: Properties) {
  const t = await getTranslations("notifications");
  const texts = await refusals();
  if (page.results.length === 0) {
    return (
      <State icon="bell" title={onlyUnread ? t("allRead") : t("empty")}>
        <p>{onlyUnread ? t("allReadText") : t("emptyText")}</p>
      </State>
    );
  }
  const newest = page.results[0];
  const isFirst = page.previous === null;
  return (
    <>
      {isFirst && newest && page.results.some(({ read_at }) => read_at === null) && (
        <div>
          <Press
            method="post"
            path="/notifications/read/"
            body={{ until: newest.created_at }}
            refusals={texts}
          >
            {t("markAllRead")}
          </Press>
        </div>
      )}
      <div className="card">
        <ul className="list">
          {page.results.map((notification) => (
            <Entry key={notification.id} notification={notification} texts={texts} />
          ))}
        </ul>
      </div>
      <Pages page={page} onlyUnread={onlyUnread} />
    </>
  );
}

interface EntryProperties {
  notification: Notification;
  texts: Record<string, string>;
}

async function Entry({ notification, texts }: EntryProperties) {
  const [t, format] = [await getTranslations("notifications"), await getFormatter()];
  const { id, kind, title, text, created_at, read_at } = notification;
  const address = addressOf(kind);
  const time = format.dateTime(new Date(created_at), { dateStyle: "medium", timeStyle: "short" });
  return (
    <li>
      <div className="row apart">
        <h2 className="label">{title}</h2>
        {read_at === null && (
          <span className="badge info">
            <Icon name="bell" />
            {t("new")}
          </span>
        )}
      </div>
      <p>{text}</p>
      <p className="meta">
        <time dateTime={created_at}>{time}</time>
      </p>
      <div className="acts">
        {address && (
          <a className="btn quiet" href={address}>
            {t("open")}
            <span className="hide">: {title}</span>
          </a>
        )}
        {read_at === null && (
          <Press
            method="post"
            path="/notifications/read/"
            body={{ ids: [id] }}
            className="btn quiet"
            refusals={texts}
          >
            {t("markRead")}
            <span className="hide">: {title}</span>
          </Press>
        )}
      </div>
    </li>
  );
}

async function Pages({ page, onlyUnread }: Properties) {
  const t = await getTranslations("notifications");
  const next = cursorOf(page.next);
  const filter = onlyUnread ? "unread=true" : "";
  const cursor = next && `cursor=${encodeURIComponent(next)}`;
  return (
    <p className="row">
      {page.previous !== null && (
        <a className="btn" href={`/notifications${filter && `?${filter}`}`}>
          {t("newest")}
        </a>
      )}
      {cursor && (
        <a className="btn" href={`/notifications?${[filter, cursor].filter(Boolean).join("&")}`}>
          {t("earlier")}
        </a>
      )}
    </p>
  );
}

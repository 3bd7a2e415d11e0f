import { getTranslations } from "next-intl/server";
import type { Notification, NotificationPage } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { Pages } from "@/features/actions/Pages";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";
import { addressOf } from "./addresses";

interface Properties {
  page: NotificationPage;
  onlyUnread: boolean;
}

/** A page of the list, the newest first. */
export async function Notifications({ page, onlyUnread }: Properties) {
  const t = await getTranslations("notifications");
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
          <ActionButton
            method="post"
            path="/notifications/read/"
            body={{ until: newest.created_at }}
          >
            {t("markAllRead")}
          </ActionButton>
        </div>
      )}
      <div className="card">
        <ul className="list">
          {page.results.map((notification) => (
            <Entry key={notification.id} notification={notification} />
          ))}
        </ul>
      </div>
      <Pages
        label={t("pages")}
        next={page.next}
        previous={page.previous}
        page={onlyUnread ? "/notifications?unread=true" : "/notifications"}
        texts={{ next: t("earlier"), previous: t("later") }}
      />
    </>
  );
}

interface EntryProperties {
  notification: Notification;
}

async function Entry({ notification }: EntryProperties) {
  const [t, when] = [await getTranslations("notifications"), await times()];
  const { id, kind, title, text, created_at, read_at } = notification;
  const address = addressOf(kind);
  const time = when.dateAndClock(created_at);
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
          <ActionButton
            method="post"
            path="/notifications/read/"
            body={{ ids: [id] }}
            className="btn quiet"
          >
            {t("markRead")}
            <span className="hide">: {title}</span>
          </ActionButton>
        )}
      </div>
    </li>
  );
}

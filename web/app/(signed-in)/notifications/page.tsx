import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notificationsList } from "@/api/core";
import { Notifications } from "@/features/notifications/Notifications";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { unreadCount } from "@/server/me";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("notifications"))("title") };
}

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("notifications");
  const query = await searchParams;
  const cursor = queryText(query, "cursor");
  const onlyUnread = queryText(query, "unread") === "true";
  const filters = {
    ...(cursor ? { cursor } : {}),
    ...(onlyUnread ? { unread: "true" as const } : {}),
  };
  const [list, unread] = await Promise.all([
    load(notificationsList({ client: core, query: filters })),
    unreadCount(),
  ]);
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        {unread !== null && <p className="soft">{t("unreadCount", { count: unread })}</p>}
      </div>
      <nav className="tabs" aria-label={t("tabs.label")}>
        <a href="/notifications" aria-current={onlyUnread ? undefined : "page"}>
          {t("tabs.all")}
        </a>
        <a href="/notifications?unread=true" aria-current={onlyUnread ? "page" : undefined}>
          {t("tabs.unread")}
        </a>
      </nav>
      <div className="stack top-gap">
        {list.data ? (
          <Notifications page={list.data} onlyUnread={onlyUnread} />
        ) : (
          <ProblemState problem={list.problem} />
        )}
        <p className="row">
          <a href="/settings/notifications">{t("choose")}</a>
        </p>
      </div>
    </>
  );
}

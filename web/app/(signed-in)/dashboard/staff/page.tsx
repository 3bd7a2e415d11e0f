import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Tabs } from "@/features/director/Tabs";
import { CohortsCard, FlagsCard, MembersCard, ReviewsCard } from "@/features/members/StaffCards";
import { WebhooksCard } from "@/features/webhooks/WebhooksCard";
import { me } from "@/server/me";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("members"))("staff.title") };
}

export default async function StaffHome() {
  const [t, user] = await Promise.all([getTranslations("members.staff"), me()]);
  const manages = user.role === "director" || user.role === "admin";
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
      </div>
      <Tabs current="today" />
      <div className="stack wide top-gap">
        {manages && (
          <div className="two stack">
            <CohortsCard />
            <MembersCard />
            <ReviewsCard />
            <FlagsCard />
            <WebhooksCard />
          </div>
        )}
        {!manages && (
          <>
            <p>{t("sponsors")}</p>
            <p className="acts">
              <a className="btn next" href="/dashboard/staff/seats">
                {t("toSeats")}
              </a>
              <a className="btn" href="/dashboard/staff/reports">
                {t("toReports")}
              </a>
              <a className="btn" href="/cohorts">
                {t("toCohorts")}
              </a>
            </p>
          </>
        )}
      </div>
    </>
  );
}

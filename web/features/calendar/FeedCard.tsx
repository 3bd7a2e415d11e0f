import { getFormatter, getTranslations } from "next-intl/server";
import { calendarTokenRead } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { textsOf } from "@/server/texts";
import { FeedAddress } from "./FeedAddress";

/** The address by which the caller's calendar program reads the events. */
export async function FeedCard() {
  const [t, format] = [await getTranslations("calendar"), await getFormatter()];
  const { data, problem } = await load(calendarTokenRead({ client: core }));
  const day = (time: string) => format.dateTime(new Date(time), { dateStyle: "medium" });
  if (problem && problem.status !== 404) {
    return <ProblemState problem={problem} />;
  }
  return (
    <section className="card" aria-labelledby="feed">
      <h2 id="feed">{t("feed.heading")}</h2>
      <p>{t("feed.text")}</p>
      {data ? (
        <>
          <p>{t("feed.since", { date: day(data.created_at), used: day(data.used_at) })}</p>
          <p className="meta">{t("feed.lost")}</p>
        </>
      ) : (
        <p>{t("feed.none")}</p>
      )}
      <FeedAddress isIssued={data !== undefined} texts={(await textsOf("calendar")).feedForm} />
    </section>
  );
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { mentorsRead } from "@/api/core";
import { HoursForm } from "@/features/mentorship/HoursForm";
import { SlotChoice } from "@/features/mentorship/SlotChoice";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

const PREVIEW_DAYS = 14;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.hours"))("title") };
}

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export default async function Hours({ searchParams }: Properties) {
  const user = await me();
  const { saved } = await searchParams;
  const [t, profile] = await Promise.all([
    getTranslations("mentorship.hours"),
    load(mentorsRead({ client: core, path: { mentor_id: user.id } })),
  ]);
  if (profile.problem && profile.problem.status !== 404) {
    return <ProblemState problem={profile.problem} level={1} />;
  }
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href="/mentorship/sessions">{t("back")}</a>
        </p>
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <div className="cols stack wide">
        <div className="stack">
          {saved && <Note kind="ok" icon="check" title={t("done")} />}
          {!profile.data && <Note kind="warn" icon="alert" title={t("none")} />}
          <HoursForm mentor_id={user.id} profile={profile.data ?? null} />
        </div>
        {profile.data && (
          <section className="card stack" aria-labelledby="preview">
            <h2 id="preview">{t("preview")}</h2>
            <SlotChoice
              mentor_id={user.id}
              zone={profile.data.time_zone}
              days={PREVIEW_DAYS}
              none={t("previewNone")}
              canChoose={false}
            />
          </section>
        )}
      </div>
    </>
  );
}

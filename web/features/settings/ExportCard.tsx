import { getLocale, getTranslations } from "next-intl/server";
import { type Export, usersMeExport } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { Icon } from "@/features/shell/Icon";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { bytesText } from "@/features/texts/bytes";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** How far the archive of the caller's data is, and the archive. */
export async function ExportCard() {
  const t = await getTranslations("settings");
  const { data, problem } = await load(usersMeExport({ client: core }));
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  return (
    <section className="card" aria-labelledby="export">
      <h2 id="export">{t("tabs.data")}</h2>
      {data.state === "ready" ? <Ready archive={data} /> : <p>{t(`export.${data.state}`)}</p>}
      {data.state === "under_way" ? (
        <a className="btn" href="/settings/export">
          {t("export.reload")}
        </a>
      ) : (
        <ActionButton
          method="post"
          path="/users/me/export/"
          className={data.state === "ready" ? "btn" : "btn next"}
        >
          {data.state === "none" ? t("exportForm.make") : t("exportForm.again")}
        </ActionButton>
      )}
    </section>
  );
}

async function Ready({ archive }: { archive: Export }) {
  const [t, when] = [await getTranslations("settings.export"), await times()];
  const written = (time: string | null) => (time ? when.dateAndClock(time) : "");
  const size = bytesText(archive.size ?? 0, await getLocale());
  return (
    <>
      <Note kind="ok" icon="check" title={t("ready")}>
        {t("readyText", {
          time: written(archive.ready_at),
          until: written(archive.expires_at),
          size,
        })}
      </Note>
      <a className="btn next" href="/bff/api/v1/users/me/export/download/" download>
        <Icon name="file" />
        {t("download", { size })}
      </a>
      <details>
        <summary>{t("sha256")}</summary>
        <code>{archive.sha256}</code>
      </details>
    </>
  );
}

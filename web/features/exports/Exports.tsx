import { getTranslations } from "next-intl/server";
import type { TableExport, TableExportPage } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pages } from "@/features/actions/Pages";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";
import { FileBadge } from "./FileBadge";
import { FileLink } from "./FileLink";
import { LookAgain } from "./LookAgain";

/** The files that the caller asked for, the newest first. */
export async function Exports({ exports, page }: { exports: TableExportPage; page: string }) {
  const [t, pages] = await Promise.all([getTranslations("exports"), getTranslations("cohorts")]);
  const { results, next, previous } = exports;
  if (results.length === 0) {
    return (
      <State icon="file" title={t("noneTitle")}>
        <p>{t("noneText")}</p>
      </State>
    );
  }
  return (
    <section className="stack" aria-labelledby="files">
      <h2 id="files">{t("heading")}</h2>
      {results.some(({ state }) => state === "under_way") && <LookAgain page={page} />}
      <table className="tbl">
        <caption>{t("caption")}</caption>
        <HeadRow heads={[{ text: t("table") }, { text: t("state") }, { text: t("file") }]} />
        <tbody>
          {results.map((one) => (
            <Row key={one.id} file={one} />
          ))}
        </tbody>
      </table>
      <Pages
        label={pages("pages")}
        next={next}
        previous={previous}
        page={page}
        texts={{ next: pages("next"), previous: pages("previous") }}
      />
    </section>
  );
}

async function Row({ file }: { file: TableExport }) {
  const [t, when] = await Promise.all([getTranslations("exports"), times()]);
  const { id, kind, format, cohort, state, rows, rows_written, created_at, expires_at } = file;
  const name = t("name", { table: t(`kinds.${kind}`), format: format.toUpperCase() });
  return (
    <tr>
      <th scope="row">
        <div>
          {name}
          <p className="meta">
            {t("asked", { time: when.dateAndClock(created_at) })}
            {cohort && <> {t("oneCohort")}</>}
          </p>
        </div>
      </th>
      <td data-l={t("state")}>
        <div>
          <FileBadge state={state} />
          {state === "under_way" && rows !== null && (
            <p className="meta">{t("progress", { written: rows_written, rows })}</p>
          )}
        </div>
      </td>
      <td data-l={t("file")}>
        <div>
          <FileLink
            state={state}
            expiresAt={expires_at}
            path={`/exports/${id}/download/`}
            name={name}
          />
        </div>
      </td>
    </tr>
  );
}

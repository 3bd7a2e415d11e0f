import { getTranslations } from "next-intl/server";
import type { QueuedReport } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { userTexts } from "@/features/times/people";
import { times } from "@/features/times/times";
import { ReportBadge } from "./ReportBadge";

/** Reports, the oldest first. */
export async function QueueTable({ reports }: { reports: QueuedReport[] }) {
  const [t, when] = await Promise.all([getTranslations("conduct"), times()]);
  return (
    <table className="tbl">
      <caption>{t("table.caption", { zone: when.zoneName() })}</caption>
      <HeadRow
        heads={[
          { text: t("table.reason") },
          { text: t("table.about") },
          { text: t("table.by") },
          { text: t("table.since") },
          { text: t("table.state") },
        ]}
      />
      <tbody>
        {reports.map((one) => (
          <QueueRow key={one.id} report={one} />
        ))}
      </tbody>
    </table>
  );
}

async function QueueRow({ report }: { report: QueuedReport }) {
  const [t, when, textOf] = await Promise.all([getTranslations("conduct"), times(), userTexts()]);
  const { id, reason, state, created_at } = report;
  return (
    <tr>
      <th scope="row">
        <a href={`/conduct/${id}`}>{t(`reasons.${reason}`)}</a>
      </th>
      <td className="long" data-l={t("table.about")}>
        {textOf(report.reported, report.reported_name)}
      </td>
      <td className="long" data-l={t("table.by")}>
        {textOf(report.reporter, report.reporter_name)}
      </td>
      <td data-l={t("table.since")}>{when.moment(created_at)}</td>
      <td data-l={t("table.state")}>
        <ReportBadge state={state} />
      </td>
    </tr>
  );
}

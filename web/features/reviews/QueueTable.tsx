import { getTranslations } from "next-intl/server";
import type { QueueEntry } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Icon } from "@/features/shell/Icon";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { ClaimButton } from "./ClaimButton";

/** What waits for a review, the longest waiting first. */
export async function QueueTable({ entries }: { entries: QueueEntry[] }) {
  const [t, when, nameOf] = await Promise.all([
    getTranslations("reviews"),
    times(),
    learnerNames(entries.map(({ user }) => user)),
  ]);
  return (
    <table className="tbl">
      <caption>{t("table.caption", { zone: when.zoneName() })}</caption>
      <HeadRow
        heads={[
          { text: t("table.mission") },
          { text: t("table.learner") },
          { text: t("table.since") },
          { text: t("table.promised") },
          { text: t("table.action"), isHidden: true },
        ]}
      />
      <tbody>
        {entries.map((entry) => (
          <QueueRow key={entry.submission} entry={entry} name={nameOf(entry.user)} />
        ))}
      </tbody>
    </table>
  );
}

async function Remarks({ entry }: { entry: QueueEntry }) {
  const t = await getTranslations("reviews");
  const remarks = [
    t("attempt", { number: entry.attempt }),
    entry.late_minutes > 0 && t("late", { minutes: entry.late_minutes }),
    entry.returned && t(`returned.${entry.returned}`),
    entry.equal_artifacts > 0 && t("equal", { count: entry.equal_artifacts }),
  ];
  return <span className="meta label">{remarks.filter(Boolean).join(", ")}</span>;
}

async function Promised({ by }: { by: string }) {
  const [t, when] = [await getTranslations("reviews"), await times()];
  if (new Date(by) > new Date()) {
    return <>{when.moment(by)}</>;
  }
  return (
    <span className="badge warn">
      <Icon name="clock" /> {t("overdue", { moment: when.moment(by) })}
    </span>
  );
}

async function QueueRow({ entry, name }: { entry: QueueEntry; name: string }) {
  const [t, when] = await Promise.all([getTranslations("reviews"), times()]);
  return (
    <tr>
      <th scope="row">
        <a href={`/reviews/${entry.submission}`}>{entry.title}</a>
      </th>
      <td className="long" data-l={t("table.learner")}>
        <span>
          {name}
          <Remarks entry={entry} />
        </span>
      </td>
      <td className="nowrap" data-l={t("table.since")}>
        {when.moment(entry.first_submitted_at)}
      </td>
      <td className="nowrap" data-l={t("table.promised")}>
        <Promised by={entry.promised_by} />
      </td>
      <td className="r">
        <ClaimButton submission={entry.submission} limit={t("limit")}>
          {t("claim")}
          <span className="hide">{t("claimHidden", { name })}</span>
        </ClaimButton>
      </td>
    </tr>
  );
}

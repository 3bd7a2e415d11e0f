import { getTranslations } from "next-intl/server";
import type { Flag, FlagKind, FlagSeverity } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, SelectField } from "@/features/actions/fields";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";

const KINDS: FlagKind[] = [
  "inactivity",
  "progress",
  "wellbeing",
  "safeguarding",
  "integrity",
  "other",
];
const SEVERITIES: FlagSeverity[] = ["low", "medium", "high", "critical"];

/** A mentor's concerns about a learner. */
export async function Flags({ learner, flags }: { learner: number; flags: Flag[] }) {
  const t = await getTranslations("mentorship.flags");
  return (
    <section className="stack" aria-labelledby="flags">
      <h2 id="flags">{t("title")}</h2>
      <p className="meta">{t("text")}</p>
      {flags.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {flags.map((flag) => (
          <li key={flag.id}>
            <OneFlag flag={flag} />
          </li>
        ))}
      </ul>
      <RaiseFlag learner={learner} />
    </section>
  );
}

async function OneFlag({ flag }: { flag: Flag }) {
  const [t, when] = [await getTranslations("mentorship.flags"), await times()];
  return (
    <>
      <p className="row apart">
        <span>
          {t(`kinds.${flag.kind}`)}, {t(`severityWords.${flag.severity}`)}
        </span>
        <span className={`badge ${flag.resolved_at ? "ok" : "warn"}`}>
          <Icon name={flag.resolved_at ? "check" : "alert"} />{" "}
          {flag.resolved_at ? t("resolved", { date: when.day(flag.resolved_at) }) : t("open")}
        </span>
      </p>
      <p className="meta">{when.moment(flag.created_at)}</p>
      {!flag.resolved_at && (
        <ActionButton
          path={`/mentorship/flags/${flag.id}/resolve/`}
          className="btn quiet"
          hasKey={false}
        >
          {t("resolve")}
        </ActionButton>
      )}
    </>
  );
}

async function RaiseFlag({ learner }: { learner: number }) {
  const t = await getTranslations("mentorship.flags");
  return (
    <details>
      <summary>{t("raise")}</summary>
      <ApiForm
        path="/mentorship/flags/"
        shape={{ kind: "text", severity: "text", note: "text" }}
        fixed={{ learner }}
        submit={t("submit")}
        done={t("done")}
      >
        <SelectField
          id="flag-kind"
          name="kind"
          label={t("kind")}
          options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        />
        <SelectField
          id="flag-severity"
          name="severity"
          label={t("severity")}
          options={SEVERITIES.map((value) => ({ value, label: t(`severities.${value}`) }))}
        />
        <AreaField id="flag-note" name="note" label={t("note")} rows={4} maxLength={2000} />
      </ApiForm>
    </details>
  );
}

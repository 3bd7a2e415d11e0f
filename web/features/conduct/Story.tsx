import { getLocale, getTranslations } from "next-intl/server";
import type { Decision, QueuedReportDetail, ReportedMessage } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { bytesText } from "@/features/texts/bytes";
import { Lines } from "@/features/texts/Lines";
import { userNames } from "@/features/times/people";
import { times } from "@/features/times/times";

/** What was reported, and the messages that show it. */
export async function Story({ report }: { report: QueuedReportDetail }) {
  const t = await getTranslations("conduct");
  return (
    <>
      <section className="stack" aria-labelledby="what">
        <h2 id="what">{t("what")}</h2>
        {report.text === null ? (
          <p className="soft">{t("textGone")}</p>
        ) : (
          <div className="stack tight prose">
            <Lines text={report.text} />
          </div>
        )}
      </section>
      <section className="stack" aria-labelledby="shown">
        <h2 id="shown">{t("shown")}</h2>
        {report.messages.length === 0 && <p className="soft">{t("noneShown")}</p>}
        {report.messages.length > 0 && <p className="meta">{t("filesHint")}</p>}
        <ol className="list prose">
          {report.messages.map((message) => (
            <li key={message.id}>
              <Shown message={message} />
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

async function Shown({ message }: { message: ReportedMessage }) {
  const [t, when, locale] = await Promise.all([getTranslations("conduct"), times(), getLocale()]);
  const { from_mentor, created_at, text, links, artifacts } = message;
  return (
    <>
      <p className="row apart">
        <strong>{from_mentor ? t("mentor") : t("learner")}</strong>
        <span className="meta">{when.moment(created_at)}</span>
      </p>
      <Lines text={text} />
      {links.map((link) => (
        <p className="mono" key={link}>
          {link}
        </p>
      ))}
      {artifacts.map(({ id, name, size }) => (
        <p className="row" key={id}>
          <Icon name="file" /> {name} <span className="meta">{bytesText(size, locale)}</span>
        </p>
      ))}
    </>
  );
}

/** The steps of a report so far, the oldest first. */
export async function Decisions({ decisions }: { decisions: Decision[] }) {
  const [t, when, nameOf] = await Promise.all([
    getTranslations("conduct"),
    times(),
    userNames(decisions.map(({ actor }) => actor)),
  ]);
  return (
    <section className="stack" aria-labelledby="decisions">
      <h2 id="decisions">{t("decisions")}</h2>
      {decisions.length === 0 && <p>{t("noDecisions")}</p>}
      <ol className="list">
        {decisions.map(({ action, outcome, actor, at }) => (
          <li key={at}>
            <strong>{t(`done.${action}`)}</strong>
            {outcome && <p>{t(`outcomes.${outcome}`)}</p>}
            <p className="meta">
              {nameOf(actor)}, {when.moment(at)}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

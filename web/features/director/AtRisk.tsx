import { getTranslations } from "next-intl/server";
import type { LearnerAtRisk } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Icon } from "@/features/shell/Icon";
import { userTexts } from "@/features/times/people";
import { times } from "@/features/times/times";

const DAY_MS = 24 * 3600 * 1000;

/** Learners at risk: the rules that hold, since when, and what was done since. */
export async function AtRisk({ learners }: { learners: LearnerAtRisk[] }) {
  const t = await getTranslations("director.risk");
  return (
    <table className="tbl">
      <caption>{t("caption")}</caption>
      <HeadRow heads={[{ text: t("learner") }, { text: t("why") }, { text: t("done") }]} />
      <tbody>
        {learners.map((one) => (
          <Row key={one.enrolment} learner={one} />
        ))}
      </tbody>
    </table>
  );
}

async function Row({ learner }: { learner: LearnerAtRisk }) {
  const [t, when, nameOf] = await Promise.all([
    getTranslations("director.risk"),
    times(),
    userTexts(),
  ]);
  const now = Date.parse(learner.as_of);
  return (
    <tr>
      <th scope="row">
        <div>
          <a href={`/members/${learner.user}`}>{nameOf(learner.user, learner.name)}</a>
          <p className="meta">{learner.cohort_name}</p>
        </div>
      </th>
      <td data-l={t("why")}>
        <ul className="stack tight">
          {learner.rules.map(({ rule, since }) => (
            <li key={rule}>
              {t(`rules.${rule}`)}
              <p className="meta">
                {t("since", {
                  date: when.dayAndMonth(since),
                  days: Math.floor((now - Date.parse(since)) / DAY_MS),
                })}
              </p>
            </li>
          ))}
        </ul>
      </td>
      <td data-l={t("done")}>
        {learner.responses.length === 0 ? (
          <span className="badge warn">
            <Icon name="alert" /> {t("nothing")}
          </span>
        ) : (
          <ul className="stack tight">
            {learner.responses.map(({ kind, at }) => (
              <li key={`${kind} ${at}`}>
                {t(`responses.${kind}`, { date: when.dayAndMonth(at) })}
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

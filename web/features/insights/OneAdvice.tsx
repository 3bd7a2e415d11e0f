import { getTranslations } from "next-intl/server";
import type { Advice } from "@/api/ai";
import { ActionButton } from "@/features/actions/ActionButton";
import { type Evidence, evidenceOf } from "./evidence";

/** What to do, why now, and the facts that it rests on. */
export async function OneAdvice({
  advice: { id, rule, why_now, evidence, worded_by },
}: {
  advice: Advice;
}) {
  const t = await getTranslations("insights.coach");
  const facts = evidence.map(evidenceOf).filter((one): one is Evidence => one !== null);
  return (
    <li>
      <h3>{t(`rules.${rule}`)}</h3>
      <p className="why" lang="en">
        {why_now}
      </p>
      {worded_by === "model" && <p className="meta">{t("wordedByModel")}</p>}
      {facts.length > 0 && (
        <details>
          <summary>{t("evidence")}</summary>
          <ul className="row">
            {facts.map(({ kind, href }) => (
              <li key={`${kind} ${href}`}>
                <a className="own-line" href={href}>
                  {t(`kinds.${kind}`)}
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
      <ActionButton
        path="/student/dismissals/"
        body={{ kind: "advice", target: id }}
        className="btn quiet"
      >
        {t("dismiss")}
        <span className="hide"> {t(`rules.${rule}`)}</span>
      </ActionButton>
    </li>
  );
}

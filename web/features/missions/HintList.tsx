import { getFormatter, getTranslations } from "next-intl/server";
import type { Hint, Hints } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { Html } from "@/features/texts/Html";

interface Properties {
  missionId: string;
  hints: Hints;
}

/** The hints of a mission with what they cost, which is asked before it is charged. */
export async function HintList({ missionId, hints }: Properties) {
  const [t, format] = [await getTranslations("missions"), await getFormatter()];
  const percent = format.number(hints.cost / 100, { style: "percent" });
  return (
    <section className="stack tight" aria-labelledby="hints">
      <h2 id="hints">{t("hints.title")}</h2>
      <p className="meta">{hints.cost ? t("hints.charged", { percent }) : t("hints.none")}</p>
      <ul className="list">
        {hints.hints.map((hint) => (
          <OneHint key={hint.number} missionId={missionId} hint={hint} />
        ))}
      </ul>
    </section>
  );
}

interface HintProperties extends Omit<Properties, "hints"> {
  hint: Hint;
}

async function OneHint({ missionId, hint }: HintProperties) {
  const [t, format] = [await getTranslations("missions"), await getFormatter()];
  const { number, cost, unlocked, html } = hint;
  const percent = format.number(cost / 100, { style: "percent" });
  const price = cost ? t("hints.costs", { percent }) : t("hints.free");
  return (
    <li className="stack tight">
      <h3>{t("hints.hint", { number })}</h3>
      {unlocked && html !== null ? (
        <>
          <Html html={html} />
          {cost > 0 && <p className="meta">{t("hints.cost", { percent })}</p>}
        </>
      ) : (
        <ActionButton
          path={`/missions/${missionId}/hints/${number}/unlock/`}
          {...(cost > 0 && {
            question: {
              title: t("hints.ask", { number }),
              text: t("hints.askText", { percent }),
              yes: t("hints.yes"),
              no: t("hints.no"),
            },
          })}
        >
          {t("hints.show", { number, price })}
        </ActionButton>
      )}
    </li>
  );
}

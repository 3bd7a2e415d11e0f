import { getTranslations } from "next-intl/server";
import type { CurriculumStep } from "@/api/ai";
import { HeadRow } from "@/features/actions/HeadRow";
import { hrefOf } from "@/features/learn/courses";
import { durationText } from "./texts";

/** The steps in their order: what each takes, teaches and requires. */
export async function StepTable({ steps }: { steps: CurriculumStep[] }) {
  const [t, learn] = [await getTranslations("curriculum.steps"), await getTranslations("learn")];
  const duration = await durationText();
  const numberOf = (id: string) => steps.findIndex(({ content_id }) => content_id === id) + 1;
  return (
    <table className="tbl">
      <caption>{t("caption")}</caption>
      <HeadRow
        heads={[
          { text: t("step") },
          { text: t("teaches") },
          { text: t("after") },
          { text: t("time"), isRight: true },
        ]}
      />
      <tbody>
        {steps.map((step, place) => (
          <tr key={step.content_id}>
            <th scope="row" className="long">
              <a href={hrefOf(step.content_id)}>
                {place + 1}. {step.title}
              </a>
              <span className="meta label">
                {learn(`types.${step.content_type}`)} · {learn("level", { level: step.level })}
                {step.status === "in_progress" && ` · ${t("begun")}`}
              </span>
            </th>
            <td className="long" data-l={t("teaches")}>
              {step.teaches.join(", ") || t("nothingNew")}
            </td>
            <td data-l={t("after")}>
              {step.requires.length > 0 ? step.requires.map(numberOf).join(", ") : t("now")}
            </td>
            <td className="r" data-l={t("time")}>
              {duration(step.minutes)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

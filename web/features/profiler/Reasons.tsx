import { getTranslations } from "next-intl/server";
import type { TrackMatch } from "@/api/ai";
import type { AskedQuestions } from "./result";

/** The answers that speak for the track most. */
export async function Reasons({ match, asked }: { match: TrackMatch; asked: AskedQuestions }) {
  const t = await getTranslations("profiler");
  return (
    <section className="stack tight" aria-labelledby="reasons">
      <h2 id="reasons">{t("reasons.heading", { track: t(`tracks.${match.key}.name`) })}</h2>
      {match.reasons.length === 0 && <p>{t("reasons.none")}</p>}
      <ul className="list">
        {match.reasons.map(({ question_id, text }) => (
          <li key={question_id}>
            <p lang="en">{text}</p>
            <p className="meta">
              <Source id={question_id} asked={asked} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The question that an answer was given to. */
export async function Source({ id, asked }: { id: string; asked: AskedQuestions }) {
  const t = await getTranslations("profiler");
  const [number, question] = [asked.number(id), asked.question(id)];
  return (
    <>
      {number ? t("question", { number }) : t("reasons.notAsked")}
      {question && (
        <>
          {" · "}
          <span lang="en">{question.text}</span>
        </>
      )}
    </>
  );
}

import { getTranslations } from "next-intl/server";
import type { ChangeShown, ProfilingResults } from "@/api/ai";
import { Note } from "@/features/shell/Note";
import { Source } from "./Reasons";
import type { AskedQuestions } from "./result";

interface Properties {
  results: ProfilingResults;
  asked: AskedQuestions;
}

/** What the result rests on, and what would change it. */
export async function Certainty({ results, asked }: Properties) {
  const t = await getTranslations("profiler");
  const { stability, changes, flags, primary } = results;
  const first = t(`tracks.${primary.key}.name`);
  return (
    <section className="stack tight" aria-labelledby="sureness">
      <h2 id="sureness">{t("sureness.heading")}</h2>
      {stability ? (
        <p>{t("sureness.kept", { track: first, kept: stability.kept, of: stability.of })}</p>
      ) : (
        <p>{t("sureness.unknown")}</p>
      )}
      {changes.map((change) => (
        <Change key={change.track} change={change} asked={asked} />
      ))}
      {flags.map(({ flag, answers, of }) => (
        <Note key={flag} kind="warn" icon="alert" title={t(`sureness.${flag}`, { answers, of })} />
      ))}
      {flags.length > 0 && <p>{t("sureness.flagged")}</p>}
    </section>
  );
}

async function Change({ change, asked }: { change: ChangeShown; asked: AskedQuestions }) {
  const t = await getTranslations("profiler");
  const [count, track] = [change.answers.length, t(`tracks.${change.track}.name`)];
  return (
    <details>
      <summary>{t("sureness.change", { count, track })}</summary>
      <ul className="list">
        {change.answers.map(({ question_id, option_id }) => {
          const options = asked.question(question_id)?.options ?? [];
          const option = options.find((one) => one.id === option_id);
          return (
            <li key={question_id}>
              <p className="meta">
                <Source id={question_id} asked={asked} />
              </p>
              {option && <p lang="en">{option.text}</p>}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

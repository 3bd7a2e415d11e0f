import { getTranslations } from "next-intl/server";
import { type MentorPage, mentorsList } from "@/api/core";
import { SelectField } from "@/features/actions/fields";
import { Pages } from "@/features/actions/Pages";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";
import { AskForm } from "./AskForm";
import { LANGUAGES, TRACKS } from "./choices";
import { MentorFacts } from "./MentorFacts";

type Query = Record<string, string | undefined>;

/** The mentors whom the learner may ask, by track and language; and asking any of them. */
export async function MentorList({ query }: { query: Query }) {
  const track = TRACKS.find((one) => one === query.track);
  const language = LANGUAGES.find((one) => one === query.language);
  const { cursor } = query;
  const chosen = { ...(track && { track }), ...(language && { language }) };
  const [t, mentors] = await Promise.all([
    getTranslations("mentorship.find"),
    load(mentorsList({ client: core, query: { ...chosen, ...(cursor && { cursor }) } })),
  ]);
  return (
    <section className="stack" aria-labelledby="choose">
      <h2 id="choose">{t("choose")}</h2>
      <Filters chosen={chosen} />
      {mentors.problem ? (
        <ProblemState problem={mentors.problem} />
      ) : (
        <Found mentors={mentors.data} page={`/mentorship?${new URLSearchParams(chosen)}`} />
      )}
      <details>
        <summary>{t("any")}</summary>
        <div className="stack">
          <p className="why">{t("anyText")}</p>
          <AskForm mentor_id={null} />
        </div>
      </details>
    </section>
  );
}

async function Found({ mentors, page }: { mentors: MentorPage; page: string }) {
  const [t, all] = [await getTranslations("mentorship.find"), await getTranslations("mentorship")];
  if (mentors.results.length === 0) {
    return (
      <State icon="people" title={t("emptyTitle")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  return (
    <>
      <ul className="list">
        {mentors.results.map((mentor) => (
          <li key={mentor.id}>
            <h3>
              <a href={`/mentorship/mentors/${mentor.id}`}>{mentor.name}</a>
            </h3>
            <MentorFacts mentor={mentor} />
          </li>
        ))}
      </ul>
      <Pages
        label={all("pages")}
        next={mentors.next}
        previous={mentors.previous}
        page={page}
        texts={{ next: all("next"), previous: all("previous") }}
      />
    </>
  );
}

/** A form without JavaScript: what is chosen stands in the address. */
async function Filters({ chosen }: { chosen: { track?: string; language?: string } }) {
  const [t, all] = [await getTranslations("mentorship.find"), await getTranslations("mentorship")];
  const any = { value: "", label: t("all") };
  return (
    <form method="get" className="stack">
      <div className="two stack">
        <SelectField
          id="track"
          name="track"
          label={t("track")}
          options={[any, ...TRACKS.map((value) => ({ value, label: all(`tracks.${value}`) }))]}
          defaultValue={chosen.track ?? ""}
        />
        <SelectField
          id="language"
          name="language"
          label={t("language")}
          options={[
            any,
            ...LANGUAGES.map((value) => ({ value, label: all(`languages.${value}`) })),
          ]}
          defaultValue={chosen.language ?? ""}
        />
      </div>
      <div className="acts">
        <button type="submit" className="btn">
          {t("filter")}
        </button>
      </div>
    </form>
  );
}

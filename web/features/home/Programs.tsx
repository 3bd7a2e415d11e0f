import { getTranslations } from "next-intl/server";
import { cohortsRead, type Enrolment, enrolmentsList, enrolmentsRead } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { core, load } from "@/server/caller";

const MOST = 3;

/** The cohorts that the learner is in, with what their programs still require. */
export async function Programs() {
  const t = await getTranslations("home");
  const query = { state: "active", page_size: MOST } as const;
  const { data, problem } = await load(enrolmentsList({ client: core, query }));
  if (data?.results.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="programs">
      <h2 id="programs">{t("programs.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      <ul className="list">
        {data?.results.map((one) => (
          <Program key={one.id} enrolment={one} />
        ))}
      </ul>
    </section>
  );
}

async function Program({ enrolment }: { enrolment: Enrolment }) {
  const t = await getTranslations("home");
  const [cohort, detail] = await Promise.all([
    load(cohortsRead({ client: core, path: { cohort_id: enrolment.cohort } })),
    load(enrolmentsRead({ client: core, path: { enrolment_id: enrolment.id } })),
  ]);
  const { required_done: done = null, required_total: of = 0 } = detail.data ?? {};
  return (
    <li>
      <h3>
        <a href={`/cohorts/${enrolment.cohort}`}>{cohort.data?.name ?? t("programs.unnamed")}</a>
      </h3>
      {done === null ? (
        <p className="meta">{t("programs.unknown")}</p>
      ) : (
        <>
          <p>
            {t.rich("programs.required", {
              done,
              of,
              b: (chunks) => <strong className="num">{chunks}</strong>,
            })}
          </p>
          {of > 0 && <ProgressDashes done={done} of={of} here />}
        </>
      )}
    </li>
  );
}

import { getTranslations } from "next-intl/server";
import { cohortsRead, enrolmentsList, enrolmentsRead } from "@/api/core";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { core, load } from "@/server/caller";

const SHOWN = 5;

/** The cohorts in which the learner studies, with what their programs require. */
export async function Enrolments({ userId }: { userId: number }) {
  const t = await getTranslations("learn");
  const query = { state: "active", page_size: SHOWN } as const;
  const listed = await load(enrolmentsList({ client: core, query }));
  const rows = await Promise.all(
    (listed.data?.results ?? []).filter(({ user }) => user === userId).map(withCohort),
  );
  const shown = rows.flatMap((row) => row ?? []);
  if (shown.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="cohorts">
      <h2 id="cohorts">{t("cohorts.title")}</h2>
      <ul className="list prose">
        {shown.map(({ id, name, done, total }) => (
          <li key={id}>
            <h3>{name}</h3>
            <p className="small">
              {done === null
                ? t("cohorts.required", { total })
                : t("cohorts.requiredDone", { done, total })}
            </p>
            {done !== null && total > 0 && <ProgressDashes done={done} of={total} here />}
          </li>
        ))}
      </ul>
    </section>
  );
}

async function withCohort({ id, cohort }: { id: string; cohort: string }) {
  const [enrolment, read] = await Promise.all([
    load(enrolmentsRead({ client: core, path: { enrolment_id: id } })),
    load(cohortsRead({ client: core, path: { cohort_id: cohort } })),
  ]);
  if (!enrolment.data || !read.data) {
    return null;
  }
  const { required_done: done, required_total: total } = enrolment.data;
  return { id, name: read.data.name, done, total };
}

import { getTranslations } from "next-intl/server";
import { type Cohort, cohortsListPools, type PoolSeats } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { Choice, TextField } from "@/features/actions/fields";
import { core, load } from "@/server/caller";

/** An application: kinds of seats that the learner takes, a code, or both. */
export async function Apply({ cohort }: { cohort: Cohort }) {
  const [t, seats] = await Promise.all([
    getTranslations("cohorts.apply"),
    load(cohortsListPools({ client: core, path: { cohort_id: cohort.id } })),
  ]);
  if (!["open", "running"].includes(cohort.state)) {
    return <p>{t("closed")}</p>;
  }
  const open = seats.data?.pools.filter(({ needs_code }) => !needs_code) ?? [];
  return (
    <section className="card now stack" aria-labelledby="apply">
      <h2 id="apply">{t("title")}</h2>
      <p>{t("text")}</p>
      <ApiForm
        path={`/cohorts/${cohort.id}/enrolments/`}
        shape={{ pools: "list", code: "optional" }}
        submit={t("submit")}
        className="btn next"
      >
        {open.length > 0 && <Pools pools={open} />}
        <TextField
          id="code"
          name="code"
          label={t("code")}
          hint={t("codeHint")}
          maxLength={32}
          autoComplete="off"
          autoCapitalize="characters"
        />
      </ApiForm>
    </section>
  );
}

async function Pools({ pools }: { pools: PoolSeats[] }) {
  const [t, all] = [await getTranslations("cohorts.apply"), await getTranslations("cohorts")];
  return (
    <fieldset className="stack tight">
      <legend>{t("pools")}</legend>
      <div className="choices">
        {pools.map(({ kind, free }) => (
          <Choice
            key={kind}
            name="pools"
            value={kind}
            label={all(`kind.${kind}`)}
            hint={t("poolFree", { count: free })}
          />
        ))}
      </div>
    </fieldset>
  );
}

import { getTranslations } from "next-intl/server";
import type { Cohort, Pool, PoolKind } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, TextField } from "@/features/actions/fields";
import { priceLines } from "@/features/billing/money";
import { POOL_KINDS } from "./pools";

interface Properties {
  cohort: Cohort;
  /** Of the cohort as it is shown. */
  etag: string | null;
  className: string;
}

/** Replaces the seats of a cohort. */
export async function SetSeats({ cohort, etag, className }: Properties) {
  const t = await getTranslations("cohorts.staff");
  return (
    <section className="stack" aria-labelledby="set-seats">
      <h2 id="set-seats">{t("setSeats")}</h2>
      <p className="soft">{t("setSeatsText")}</p>
      <ApiForm
        method="put"
        path={`/cohorts/${cohort.id}/pools/`}
        shape={{
          pools: {
            rows: { kind: "text", size: "number", needs_code: "checked", prices: "prices" },
            needs: "size",
          },
        }}
        ifMatch={etag}
        submit={t("setSeatsSubmit")}
        className={className}
        done={t("setSeatsDone")}
        keeps
      >
        {POOL_KINDS.map((kind) => (
          <PoolFields key={kind} kind={kind} pool={cohort.pools.find((one) => one.kind === kind)} />
        ))}
      </ApiForm>
    </section>
  );
}

async function PoolFields({ kind, pool }: { kind: PoolKind; pool: Pool | undefined }) {
  const [t, all] = [await getTranslations("cohorts.staff"), await getTranslations("cohorts")];
  return (
    <div className="two ends stack tight">
      <input type="hidden" name={`pools.${kind}.kind`} value={kind} />
      <TextField
        id={`size-${kind}`}
        name={`pools.${kind}.size`}
        type="number"
        min={0}
        label={t("size", { kind: all(`kind.${kind}`) })}
        defaultValue={pool?.size}
      />
      <label className="choice bare">
        <input
          type="checkbox"
          name={`pools.${kind}.needs_code`}
          defaultChecked={pool?.needs_code ?? false}
        />
        <span>{t("needsCode", { kind: all(`kind.${kind}`) })}</span>
      </label>
      {kind === "paid" && (
        <AreaField
          id="prices"
          name={`pools.${kind}.prices`}
          label={t("prices")}
          hint={t("pricesHint")}
          rows={2}
          defaultValue={pool && priceLines(pool.prices)}
        />
      )}
    </div>
  );
}

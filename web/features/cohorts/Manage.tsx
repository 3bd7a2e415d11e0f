import { getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { type Code, type Cohort, type CohortAction, type CohortState, codesList } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, SelectField, TextField } from "@/features/actions/fields";
import { moneyText } from "@/features/billing/money";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const ACTIONS: Record<CohortState, CohortAction[]> = {
  draft: ["open", "close"],
  open: ["start", "close"],
  running: ["close"],
  closed: ["reopen"],
};

/** Opens, starts, closes and reopens a cohort. */
export async function Transitions({ cohort }: { cohort: Cohort }) {
  const [t, all] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
  ]);
  const isPlanned = cohort.pools.length > 0;
  const next = cohort.state === "draft" ? "btn next" : "btn";
  return (
    <section className="stack" aria-labelledby="transitions">
      <h2 id="transitions">{t("transitions")}</h2>
      <p>{t("now", { state: all(`state.${cohort.state}`) })}</p>
      <div className="acts">
        <a className={isPlanned ? "btn" : next} href={`/cohorts/${cohort.id}/edit`}>
          {t("change")}
        </a>
        {ACTIONS[cohort.state].map((action) => (
          <ActionButton
            key={action}
            path={`/cohorts/${cohort.id}/transitions/`}
            body={{ action }}
            className={action === "open" && isPlanned ? next : "btn"}
            hasKey={false}
            question={{
              title: t("moveQuestion", { action: t(`actions.${action}`) }),
              text: t(`moveText.${action}`),
              yes: t("moveYes"),
              no: t("no"),
            }}
          >
            {t(`actions.${action}`)}
          </ActionButton>
        ))}
      </div>
    </section>
  );
}

export async function Announce({ cohort }: { cohort: Cohort }) {
  const t = await getTranslations("cohorts.staff");
  return (
    <details>
      <summary>{t("announce")}</summary>
      <ApiForm
        path={`/cohorts/${cohort.id}/announcements/`}
        shape={{ title: "text", text: "text" }}
        submit={t("announceSubmit")}
        done={t("announceDone")}
      >
        <TextField id="news-title" name="title" label={t("announceTitle")} maxLength={200} />
        <AreaField id="news-text" name="text" label={t("announceText")} maxLength={4000} />
      </ApiForm>
    </details>
  );
}

/** The codes of a cohort: each gives some learners the right to a seat. */
export async function Codes({ cohort }: { cohort: Cohort }) {
  const [t, codes] = await Promise.all([
    getTranslations("cohorts.staff"),
    load(codesList({ client: core, query: { page_size: 100 } })),
  ]);
  const own = codes.data?.results.filter((one) => one.cohort === cohort.id) ?? [];
  return (
    <details>
      <summary>{t("codes")}</summary>
      <div className="stack">
        <p className="meta">{t("codesText")}</p>
        {own.length === 0 && <p>{t("codesNone")}</p>}
        <ul className="list">
          {own.map((code) => (
            <li key={code.id}>
              <OneCode code={code} />
            </li>
          ))}
        </ul>
        <AddCode cohort={cohort} />
      </div>
    </details>
  );
}

async function OneCode({ code }: { code: Code }) {
  const [t, all, when] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    times(),
  ]);
  const { uses, max_uses, ends_at, pool } = code;
  const locale = await getLocale();
  const prices = code.prices.map(({ amount, currency }) => moneyText(amount, currency, locale));
  const isOver = new Date(ends_at) <= new Date();
  return (
    <>
      <p className="row apart">
        <strong className="mono">{code.code}</strong>
        <span>{all(`kind.${pool}`)}</span>
      </p>
      <p className="meta">
        {t("codeUses", { uses, most: max_uses, moment: when.moment(ends_at) })}
        {prices.length > 0 && `, ${prices.join(", ")}`}
        {isOver && `, ${t("codeEnded")}`}
      </p>
      {!isOver && (
        <ActionButton path={`/codes/${code.id}/end/`} className="btn quiet" hasKey={false}>
          {t("codeEnd")}
        </ActionButton>
      )}
    </>
  );
}

async function AddCode({ cohort }: { cohort: Cohort }) {
  const [t, all, zone, when] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    getTimeZone(),
    times(),
  ]);
  return (
    <ApiForm
      path="/codes/"
      shape={{ pool: "text", max_uses: "number", ends_at: { zone }, prices: "prices" }}
      fixed={{ cohort: cohort.id }}
      submit={t("codeSubmit")}
      done={t("codeDone")}
      hasKey={false}
    >
      <SelectField
        id="code-pool"
        name="pool"
        label={t("pool")}
        options={cohort.pools.map(({ kind }) => ({ value: kind, label: all(`kind.${kind}`) }))}
      />
      <TextField id="code-most" name="max_uses" type="number" min={1} label={t("codeMost")} />
      <TextField
        id="code-until"
        name="ends_at"
        type="datetime-local"
        label={t("codeUntil")}
        hint={when.zoneName()}
      />
      <AreaField
        id="code-prices"
        name="prices"
        label={t("codePrices")}
        hint={t("codePricesHint")}
        rows={2}
      />
    </ApiForm>
  );
}

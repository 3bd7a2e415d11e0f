import { getTranslations } from "next-intl/server";
import { type Consent, type ConsentKind, usersMeConsents, usersMeTerms } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { ConsentChoice } from "./ConsentChoice";

const KINDS = ["mentor_reads_reflections", "sponsor_sees_name", "product_mail"] as const;

/** What the caller consents to, and the terms of use. */
export async function ConsentsCard() {
  const t = await getTranslations("settings");
  const [consents, terms] = await Promise.all([
    load(usersMeConsents({ client: core, query: { page_size: 100 } })),
    load(usersMeTerms({ client: core })),
  ]);
  return (
    <section className="card" aria-labelledby="consents">
      <h2 id="consents">{t("consents.heading")}</h2>
      {consents.problem && <ProblemState problem={consents.problem} />}
      {consents.data &&
        KINDS.map((kind) => (
          <ConsentChoice
            key={kind}
            kind={kind}
            isGiven={isGiven(consents.data.results, kind)}
            text={t(`consents.${kind}`)}
            hint={t(`consents.${kind}Hint`)}
            saved={t("consents.saved")}
          />
        ))}
      {terms.data?.is_accepted && (
        <p className="meta">{t("consents.terms", { version: terms.data.version })}</p>
      )}
      {terms.data && !terms.data.is_accepted && (
        <>
          <p>{t("consents.termsMissing", { version: terms.data.version })}</p>
          <ActionButton
            method="post"
            path="/users/me/consents/"
            body={{ kind: "terms", given: true, version: terms.data.version }}
          >
            {t("consents.acceptTerms")}
          </ActionButton>
        </>
      )}
    </section>
  );
}

function isGiven(consents: Consent[], wanted: ConsentKind): boolean {
  return consents.some(({ kind, withdrawn_at }) => kind === wanted && withdrawn_at === null);
}

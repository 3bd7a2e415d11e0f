import { getTranslations } from "next-intl/server";
import { submissionsReceipt } from "@/api/core";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const GROUP = 4;
const SHOWN = 8;

/** The signed statement of what was handed in and when, which anybody can verify. */
export async function ReceiptSection({ submissionId }: { submissionId: string }) {
  const t = await getTranslations("submissions");
  const path = { submission_id: submissionId };
  const { data } = await load(submissionsReceipt({ client: core, path }));
  return (
    <section className="stack tight" aria-labelledby="receipt">
      <h2 id="receipt">{t("receipt.title")}</h2>
      {data ? (
        <>
          <p>
            {t("receipt.states", {
              moment: (await times()).longMoment(data.statement.submitted_at),
              count: data.statement.artifacts.length,
              number: short(data.statement.sha256),
            })}
          </p>
          <details>
            <summary>{t("receipt.whole")}</summary>
            <div className="field">
              <textarea
                readOnly
                rows={6}
                aria-label={t("receipt.title")}
                defaultValue={data.receipt}
              />
            </div>
            <p className="meta">{t("receipt.keep")}</p>
          </details>
        </>
      ) : (
        <p>{t("receipt.away")}</p>
      )}
    </section>
  );
}

/** The first digits, in groups that can be read out: "7f3a-91c0". */
function short(sha256: string): string {
  return [sha256.slice(0, GROUP), sha256.slice(GROUP, SHOWN)].join("\u2011");
}

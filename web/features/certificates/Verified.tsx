import { getFormatter, getTranslations } from "next-intl/server";
import type { Verification } from "@/api/core";
import { Note } from "@/features/shell/Note";

/** Whether a certificate counts, and what it says: for everybody who has its address. */
export async function Verified({ certificate }: { certificate: Verification }) {
  const [t, format] = [await getTranslations("certificates.verify"), await getFormatter()];
  const { state, revoked_at } = certificate;
  const day = (time: string) => format.dateTime(new Date(time), { dateStyle: "long" });
  const completed = new Date(certificate.completed_on);
  const rows = [
    [t("name"), certificate.name],
    [t("program"), certificate.program],
    [t("completedOn"), format.dateTime(completed, { dateStyle: "long", timeZone: "UTC" })],
    [t("issuedAt"), day(certificate.issued_at)],
    [t("number"), certificate.id],
  ];
  return (
    <>
      {state === "valid" ? (
        <Note kind="ok" icon="check" title={t("valid")}>
          {t("validText")}
        </Note>
      ) : (
        <Note kind="bad" icon="alert" title={t("revoked")}>
          {revoked_at && t("revokedText", { date: day(revoked_at) })}
        </Note>
      )}
      <dl className="card stack">
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt className="meta">{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt className="meta">{t("evidence")}</dt>
          <dd lang="en">{certificate.evidence}</dd>
        </div>
      </dl>
    </>
  );
}

import { getFormatter, getTranslations } from "next-intl/server";
import type { Certificate, CertificatePage } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { evidenceText } from "./evidence";

export async function Certificates({ page }: { page: CertificatePage }) {
  const t = await getTranslations("certificates");
  if (page.results.length === 0) {
    return (
      <State icon="file" title={t("empty")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  return (
    <>
      {page.results.map((certificate) => (
        <Card key={certificate.id} certificate={certificate} />
      ))}
      <Pages
        label={t("pages")}
        next={page.next}
        previous={page.previous}
        page="/certificates"
        texts={{ next: t("earlier"), previous: t("later") }}
      />
    </>
  );
}

async function Card({ certificate }: { certificate: Certificate }) {
  const [t, format] = [await getTranslations("certificates"), await getFormatter()];
  const { id, program_title, name, completed_on, state } = certificate;
  const isValid = state === "valid";
  const date = format.dateTime(new Date(completed_on), { dateStyle: "long", timeZone: "UTC" });
  return (
    <article className="card" aria-labelledby={`certificate-${id}`}>
      <div className="row apart">
        <h2 id={`certificate-${id}`}>{program_title}</h2>
        <span className={`badge ${isValid ? "ok" : "bad"}`}>
          <Icon name={isValid ? "check" : "alert"} />
          {t(`state.${state}`)}
        </span>
      </div>
      <p>
        {t("name", { name })}. {t("completedOn", { date })}.
      </p>
      <p className="meta">{await evidenceText(certificate)}</p>
      {isValid ? <Files id={id} title={program_title} /> : <Revoked certificate={certificate} />}
      <p className="row">
        <a href={`/certificates/verify/${id}`}>
          {t("public")}
          <span className="hide">: {program_title}</span>
        </a>
      </p>
    </article>
  );
}

async function Files({ id, title }: { id: string; title: string }) {
  const t = await getTranslations("certificates");
  const path = `/bff/api/v1/certificates/${id}`;
  return (
    <>
      <div className="acts">
        <a className="btn" href={`${path}/pdf/`} download>
          <Icon name="file" />
          {t("pdf")}
          <span className="hide">: {title}</span>
        </a>
        <a className="btn quiet" href={`${path}/credential/`} download>
          {t("credential")}
          <span className="hide">: {title}</span>
        </a>
      </div>
      <p className="meta">{t("credentialHint")}</p>
    </>
  );
}

async function Revoked({ certificate }: { certificate: Certificate }) {
  const [t, format] = [await getTranslations("certificates"), await getFormatter()];
  const { revoked_at, revocation_reason: reason } = certificate;
  const date = revoked_at ? format.dateTime(new Date(revoked_at), { dateStyle: "long" }) : "";
  return <p>{reason ? t("revoked", { date, reason }) : t("revokedNoReason", { date })}</p>;
}

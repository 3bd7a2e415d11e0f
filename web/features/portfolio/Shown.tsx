import { getFormatter, getTranslations } from "next-intl/server";
import type { PublicPortfolio, ShownArtifact, ShownCertificate, ShownWork } from "@/api/core";
import { Html } from "@/features/texts/Html";

/** A public portfolio: for everybody who has its address. */
export async function Shown({ portfolio }: { portfolio: PublicPortfolio }) {
  const [t, format] = [await getTranslations("portfolio.public"), await getFormatter()];
  const time = format.dateTime(new Date(), { dateStyle: "long" });
  return (
    <>
      {portfolio.about_html && <Html html={portfolio.about_html} className="card" />}
      {portfolio.items.length === 0 && <p className="card soft">{t("empty")}</p>}
      {portfolio.items.map(({ work, certificate }) => (
        <article className="card stack" key={work?.submission ?? certificate?.certificate}>
          {work && <Work work={work} />}
          {certificate && <Held certificate={certificate} />}
        </article>
      ))}
      <p className="meta">{t("confirmed", { time })}</p>
    </>
  );
}

async function Work({ work }: { work: ShownWork }) {
  const [t, format] = [await getTranslations("portfolio.public"), await getFormatter()];
  const { title, passed_at, skills, difficulty, artifacts, content_sha256 } = work;
  const date = passed_at && format.dateTime(new Date(passed_at), { dateStyle: "long" });
  return (
    <>
      <h2>{title}</h2>
      <p>{date ? t("passedOn", { date }) : t("passed")}</p>
      <p className="soft">
        {t("difficulty", { level: difficulty })}
        {skills.length > 0 && `. ${t("skills", { skills: format.list(skills) })}`}
      </p>
      {artifacts.map((artifact) => (
        <Artifact key={artifact.sha256} artifact={artifact} />
      ))}
      {content_sha256 && (
        <details>
          <summary>{t("receipt")}</summary>
          <code>{content_sha256}</code>
        </details>
      )}
    </>
  );
}

function Artifact({ artifact }: { artifact: ShownArtifact }) {
  const { kind, name, url, html } = artifact;
  if (kind === "link") {
    return (
      <p>
        <a href={url} rel="noopener noreferrer nofollow" target="_blank">
          {name || url}
        </a>
      </p>
    );
  }
  return <Html html={html} />;
}

async function Held({ certificate }: { certificate: ShownCertificate }) {
  const [t, format] = [await getTranslations("portfolio.public"), await getFormatter()];
  const { program, completed_on } = certificate;
  const completed = new Date(completed_on);
  const date = format.dateTime(completed, { dateStyle: "long", timeZone: "UTC" });
  return (
    <>
      <h2>{t("certificate", { program })}</h2>
      <p>{t("completedOn", { date })}</p>
      <p>
        <a href={`/certificates/verify/${certificate.certificate}`}>
          {t("verify")}
          <span className="hide">: {program}</span>
        </a>
      </p>
    </>
  );
}

import { getLocale, getTranslations } from "next-intl/server";
import type { Artifact } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { artifactsOf, readArtifact } from "@/features/submissions/artifacts";
import { bytesText } from "@/features/texts/bytes";
import { Html } from "@/features/texts/Html";

/** What an attempt consists of: texts, links, and files to download with their sizes. */
export async function AttemptContents({ submissionId }: { submissionId: string }) {
  const t = await getTranslations("submissions");
  const artifacts = await artifactsOf(submissionId);
  return (
    <section className="stack" aria-labelledby="contents">
      <h2 id="contents">{t("contents")}</h2>
      {artifacts.data ? (
        <ul className="list prose">
          {artifacts.data.map((artifact) => (
            <li key={artifact.id}>
              <OneArtifact submissionId={submissionId} artifact={artifact} />
            </li>
          ))}
        </ul>
      ) : (
        <ProblemState problem={artifacts.problem} />
      )}
    </section>
  );
}

interface Properties {
  submissionId: string;
  artifact: Artifact;
}

async function OneArtifact({ submissionId, artifact }: Properties) {
  const { id, kind, name, url, text, size } = artifact;
  if (kind === "link") {
    return (
      <a href={url} rel="noreferrer">
        {name || url}
      </a>
    );
  }
  if (kind === "file") {
    return (
      <p className="row apart">
        <span className="row">
          <Icon name="file" />
          <a href={`/bff/api/v1/submissions/${submissionId}/artifacts/${id}/content/`}>{name}</a>
        </span>
        <span className="num small soft">{bytesText(size, await getLocale())}</span>
      </p>
    );
  }
  const read = await readArtifact(submissionId, id);
  return (
    <>
      {name && <h3>{name}</h3>}
      {read.data ? <Html html={read.data.html} /> : <p>{text}</p>}
    </>
  );
}

import { getLocale, getTranslations } from "next-intl/server";
import { type Artifact, artifactsList, artifactsRead } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { bytesText } from "@/features/texts/bytes";
import { Html } from "@/features/texts/Html";
import { core, load } from "@/server/caller";

/** The artifacts of a submission: texts as they read, files and links to open. */
export async function Work({ submission }: { submission: string }) {
  const path = { submission_id: submission };
  const [t, artifacts] = await Promise.all([
    getTranslations("reviews"),
    load(artifactsList({ client: core, path, query: { page_size: 50 } })),
  ]);
  const found = artifacts.data?.results ?? [];
  const others = found.filter(({ kind }) => kind !== "text");
  return (
    <>
      {artifacts.problem && <ProblemState problem={artifacts.problem} />}
      {artifacts.data && found.length === 0 && <p>{t("review.noWork")}</p>}
      {found
        .filter(({ kind }) => kind === "text")
        .map((artifact) => (
          <WrittenText key={artifact.id} artifact={artifact} />
        ))}
      {others.length > 0 && (
        <ul className="list">
          {others.map((artifact) => (
            <li key={artifact.id}>
              <OtherArtifact artifact={artifact} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

async function WrittenText({ artifact }: { artifact: Artifact }) {
  const path = { submission_id: artifact.submission, artifact_id: artifact.id };
  const { data, problem } = await load(artifactsRead({ client: core, path }));
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  return (
    <article className="stack tight">
      {artifact.name && <h3>{artifact.name}</h3>}
      <Html html={data.html} />
    </article>
  );
}

async function OtherArtifact({ artifact }: { artifact: Artifact }) {
  const t = await getTranslations("reviews");
  if (artifact.kind === "link") {
    return (
      <p className="row">
        <a href={artifact.url} rel="noopener noreferrer nofollow" target="_blank">
          {artifact.name || artifact.url}
        </a>
        <span className="meta">{t("review.external")}</span>
      </p>
    );
  }
  return (
    <p className="row">
      <Icon name="file" />
      <a
        href={`/bff/api/v1/submissions/${artifact.submission}/artifacts/${artifact.id}/content/`}
        download={artifact.name}
      >
        {artifact.name}
      </a>
      <span className="meta">{bytesText(artifact.size, await getLocale())}</span>
    </p>
  );
}

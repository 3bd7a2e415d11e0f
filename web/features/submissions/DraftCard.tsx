import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Submission } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { pagePlace } from "@/features/times/times";
import { artifactsOf, readArtifact } from "./artifacts";
import { Editor } from "./Editor";
import { editorTexts } from "./editorTexts";
import { MAX_FILE_BYTES } from "./limits";

interface Properties {
  submission: Submission;
  /** Of the mission. */
  title: string;
  userId: number;
  /** When the work is due. */
  children: ReactNode;
}

/** The draft of an attempt, with what the learner has put into it so far. */
export async function DraftCard({ submission, title, userId, children }: Properties) {
  const t = await getTranslations("submissions");
  const artifacts = await artifactsOf(submission.id);
  const first = artifacts.data?.find(({ kind }) => kind === "text");
  const text = first ? await readArtifact(submission.id, first.id) : null;
  const accepted = text?.data
    ? { id: text.data.id, text: text.data.text, etag: text.response.headers.get("etag") }
    : null;
  return (
    <section className="card now" aria-labelledby="hand-in">
      <p className="small">
        <strong>{t("draftOf", { attempt: submission.attempt })}</strong>
      </p>
      <h2 id="hand-in">{t("handIn.title")}</h2>
      {artifacts.data && (!text || text.data) ? (
        <Editor
          key={submission.id}
          userId={userId}
          submissionId={submission.id}
          title={t("draftTitle", { title })}
          handInTitle={t("handInTitle", { title })}
          accepted={accepted}
          acceptedAt={text?.data?.changed_at ?? null}
          artifacts={artifacts.data}
          maxBytes={MAX_FILE_BYTES}
          texts={await editorTexts()}
          place={await pagePlace()}
        />
      ) : (
        <ProblemState problem={artifacts.problem ?? text?.problem ?? AWAY} />
      )}
      <p>
        <a href={`/missions/${submission.mission}/attempts/${submission.id}/suggestions`}>
          {t("suggestions")}
        </a>
      </p>
      {children}
    </section>
  );
}

const AWAY = { status: 503, code: "unavailable", detail: "", errors: [] };

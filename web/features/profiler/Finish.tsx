import { getTranslations } from "next-intl/server";
import type { SessionProgress } from "@/api/ai";
import { ServerForm } from "@/features/forms/ServerForm";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { questionAddress } from "./addresses";

interface Properties {
  progress: SessionProgress;
  query: Record<string, string | undefined>;
}

/** All is answered, and the result is not made yet: its page was left, or a service was away. */
export async function Finish({ progress, query }: Properties) {
  const t = await getTranslations("profiler");
  const { session_id: session, answered } = progress;
  const last = progress.answers.at(-1);
  return (
    <ServerForm name="profiler" query={query}>
      <div>
        <p>
          <strong>{t("finish.answered", { answered })}</strong>
        </p>
        <ProgressDashes done={answered} of={answered} />
      </div>
      <h1>{t("finish.heading")}</h1>
      <p>{t("finish.text")}</p>
      <div className="acts">
        <button type="submit" className="btn next">
          {t("finish.submit")}
        </button>
        {last && (
          <a className="btn" href={questionAddress(session, last.question_id)}>
            {t("back")}
          </a>
        )}
      </div>
      <input type="hidden" name="session" value={session} />
    </ServerForm>
  );
}

import { getTranslations } from "next-intl/server";
import type { Refusal } from "@/server/caller";
import { State } from "./State";

/** Why a part of a page has no content, in words of the user's language. */
export async function ProblemState({ problem, level }: { problem: Refusal; level?: 1 | 2 }) {
  const t = await getTranslations("states");
  const kind = kindOf(problem.status);
  return (
    <State
      icon={kind === "forbidden" ? "lock" : "alert"}
      title={t(`${kind}.title`)}
      level={level ?? 2}
    >
      <p>{t(`${kind}.text`)}</p>
    </State>
  );
}

function kindOf(status: number): "unavailable" | "forbidden" | "absent" | "failed" {
  if (status === 503 || status === 0) {
    return "unavailable";
  }
  if (status === 403) {
    return "forbidden";
  }
  return status === 404 ? "absent" : "failed";
}

import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { missionsListSimilar } from "@/api/ai";
import { hrefOf } from "@/features/learn/courses";
import { ai, load } from "@/server/caller";

const SHOWN = 3;

/** Missions like this one, which the rest of the page does not wait for. */
export function SimilarLater({ missionId }: { missionId: string }) {
  return (
    <Suspense fallback={null}>
      <Similar missionId={missionId} />
    </Suspense>
  );
}

async function Similar({ missionId }: { missionId: string }) {
  const [t, { data }] = await Promise.all([
    getTranslations("missions"),
    load(
      missionsListSimilar({
        client: ai,
        path: { mission_id: missionId },
        query: { limit: SHOWN },
      }),
    ),
  ]);
  return data && data.results.length > 0 ? (
    <section className="stack tight" aria-labelledby="similar">
      <h2 id="similar">{t("similar")}</h2>
      <ul className="plain">
        {data.results.map(({ content_id: id, title }) => (
          <li key={id}>
            <a className="own-line" href={hrefOf(id)}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </section>
  ) : null;
}

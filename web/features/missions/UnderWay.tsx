import { getTranslations } from "next-intl/server";
import type { Catalogue, ProgressBook } from "@/features/learn/books";
import { hrefOf } from "@/features/learn/courses";
import { Track } from "@/features/learn/Track";

interface Properties {
  progress: ProgressBook;
  catalogue: Catalogue;
}

/** The missions that the learner has begun, the last one first. */
export async function UnderWay({ progress, catalogue }: Properties) {
  const t = await getTranslations("missions");
  const begun = progress.rows
    .filter(
      (row) => row.content_type === "mission" && ["in_progress", "failed"].includes(row.status),
    )
    .sort((one, other) => other.updated_at.localeCompare(one.updated_at))
    .flatMap((row) => catalogue.byId.get(row.content_id) ?? []);
  const [current, ...others] = begun;
  if (!current) {
    return null;
  }
  return (
    <section className="card now" aria-labelledby="under-way">
      <p className="small">
        <strong>{t("underWay")}</strong>
      </p>
      <h2 id="under-way">{current.title}</h2>
      <p className="row small">
        <Track track={current.track} />
        <span className="soft">{t("level", { level: current.level })}</span>
      </p>
      <div className="acts">
        <a className="btn next" href={hrefOf(current.content_id)}>
          {t("goOn")}
        </a>
      </div>
      {others.length > 0 && (
        <>
          <h3>{t("alsoBegun")}</h3>
          <ul className="list">
            {others.map(({ content_id, title }) => (
              <li key={content_id}>
                <a href={hrefOf(content_id)}>{title}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

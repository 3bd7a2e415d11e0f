import { getTranslations } from "next-intl/server";
import type { Program } from "@/api/core";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import type { Catalogue, ProgressBook } from "./books";
import { Track } from "./Track";

interface Properties {
  programs: Program[];
  catalogue: Catalogue;
  progress: ProgressBook;
}

/** The programs with how many of their courses and missions the learner has completed. */
export async function ProgramList({ programs, catalogue, progress }: Properties) {
  const t = await getTranslations("learn");
  return (
    <ul className="list prose">
      {programs.map((program) => {
        const items = catalogue.items.filter(
          (item) => item.program === program.slug && item.content_type !== "module",
        );
        const done = items.filter((item) => progress.isCompleted(item.content_id)).length;
        return (
          <li key={program.id}>
            <h3>
              <a href={`/learn/programs/${program.slug}`}>{program.title}</a>
            </h3>
            <p className="row small">
              <Track track={program.track} />
              <span className="soft">{t("itemsDone", { done, of: items.length })}</span>
            </p>
            {done > 0 && <ProgressDashes done={done} of={items.length} here />}
          </li>
        );
      })}
    </ul>
  );
}

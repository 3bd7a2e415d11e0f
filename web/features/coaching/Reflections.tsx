import { getFormatter, getTranslations } from "next-intl/server";
import type { Reflection, ReflectionPage } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { ReflectionActions } from "./ReflectionActions";
import type { ReflectionShared } from "./WriteReflection";

interface Properties {
  page: ReflectionPage;
  shared: ReflectionShared;
}

export async function Reflections({ page, shared }: Properties) {
  const t = await getTranslations("coaching.reflections");
  if (page.results.length === 0) {
    return (
      <State icon="message" title={t("empty")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  return (
    <>
      {page.results.map((reflection) => (
        <Entry key={reflection.id} reflection={reflection} shared={shared} />
      ))}
      <Pages
        label={t("pages")}
        next={page.next}
        previous={page.previous}
        page="/coaching/reflections"
        texts={{ next: t("earlier"), previous: t("later") }}
      />
    </>
  );
}

async function Entry({ reflection, shared }: { reflection: Reflection; shared: ReflectionShared }) {
  const [t, format] = [await getTranslations("coaching.reflections"), await getFormatter()];
  const { created_at, text, mood, tags } = reflection;
  const words = [mood && t(`moods.${mood}`), ...tags.map((tag) => t(`tags.${tag}`))];
  return (
    <article className="card">
      <div className="row apart">
        <h3>
          <time dateTime={created_at}>
            {format.dateTime(new Date(created_at), { dateStyle: "full" })}
          </time>
        </h3>
        <span className={`badge ${reflection.shared ? "info" : ""}`.trim()}>
          <Icon name={reflection.shared ? "people" : "lock"} />
          {reflection.shared ? t("sharedBadge") : t("privateBadge")}
        </span>
      </div>
      <div className="prose stack tight">
        {paragraphsOf(text).map(({ at, words: paragraph }) => (
          <p key={at}>{paragraph}</p>
        ))}
      </div>
      <p className="meta">{words.filter(Boolean).join(" · ")}</p>
      <ReflectionActions reflection={reflection} shared={shared} />
    </article>
  );
}

function paragraphsOf(text: string): { at: number; words: string }[] {
  return text
    .split(/\n+/)
    .map((words, at) => ({ at, words }))
    .filter(({ words }) => words.trim());
}

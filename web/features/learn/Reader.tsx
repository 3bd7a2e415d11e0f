import { getLocale, getTranslations } from "next-intl/server";
import type { Body, Content } from "@/api/core";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { bytesText } from "@/features/texts/bytes";
import { Html } from "@/features/texts/Html";
import { pagePlace } from "@/features/times/times";
import { languageOf } from "@/server/locales";
import { bodyBytes, drawingsOf, savesData } from "./body";
import { hrefOf } from "./courses";
import { ItemHead } from "./ItemHead";
import type { ItemContext } from "./item";
import { Prerequisites } from "./Prerequisites";
import { ProgressReporter } from "./ProgressReporter";
import { Sections } from "./Sections";
import { StepOn } from "./StepOn";
import { sectionHtml } from "./sectionHtml";

interface Properties {
  item: Content;
  body: Body;
  position: number;
  around: ItemContext;
  hasQuiz: boolean;
}

/** A text, section after section. */
export async function Reader({ item, body, position, around, hasQuiz }: Properties) {
  const t = await getTranslations("learn");
  const texts = await getTranslations("submissions");
  const locale = await getLocale();
  const { sections } = body;
  const current = Math.min(Math.max(position, 1), sections.length);
  const section = sections[current - 1];
  const id = item.content_id;
  const percentage = around.progress?.completion_percentage ?? 0;
  const read = Math.floor((percentage * sections.length) / 100);
  const quiz = hasQuiz ? `${hrefOf(id)}/quiz` : null;
  const steps = { contentId: id, sections, current, read, quiz };
  const news = reached(around, current, sections.length);
  const title = section?.title || t("start");
  return (
    <div className="cols">
      <article className="prose stack">
        <ItemHead
          item={item}
          around={around}
          size={bytesText(bodyBytes(body), locale)}
          drawings={drawingsOf(body)}
        >
          <p className="small">
            <strong>{t("sectionOf", { number: current, of: sections.length })}</strong>
          </p>
          <ProgressDashes done={current - 1} of={sections.length} here />
          {body.language !== languageOf(locale) && (
            <p className="meta">
              {t("otherLanguage", { language: t(`languages.${body.language}`) })}
            </p>
          )}
        </ItemHead>
        <Prerequisites missing={around.missing} isRequired={around.isRequired} />
        <details className="only-phone">
          <summary>{t("allSections", { count: sections.length })}</summary>
          <Sections {...steps} className="small" />
        </details>
        <h2 lang={body.language}>{title}</h2>
        <div lang={body.language}>
          <Html html={sectionHtml(id, section?.text ?? "", await savesData())} />
        </div>
        <hr />
        <StepOn item={item} body={body} current={current} around={around} quiz={quiz} />
        {news !== null && (
          <ProgressReporter
            contentId={id}
            contentType={item.content_type}
            percentage={news}
            title={t("progressOf", { title: item.title })}
            texts={{
              kept: texts("sync.kept"),
              sent: t("progressSent"),
              accepted: texts.raw("sync.accepted"),
            }}
            place={await pagePlace()}
          />
        )}
      </article>
      <aside className="stack only-laptop" aria-labelledby="sections">
        <h2 id="sections">{t("sections")}</h2>
        <Sections {...steps} className="" />
      </aside>
    </div>
  );
}

/** What opening a section says about the ones before it; null if it is known already. */
function reached({ progress, missing, isRequired }: ItemContext, current: number, of: number) {
  const percentage = Math.floor((100 * (current - 1)) / of);
  if (!progress || progress.status === "not_started") {
    return missing.length > 0 && isRequired ? null : percentage;
  }
  const isAhead = percentage > progress.completion_percentage;
  return progress.status !== "completed" && isAhead ? percentage : null;
}

import { getFormatter, getTranslations } from "next-intl/server";
import type { ProfilingResults } from "@/api/ai";
import { Icon } from "@/features/shell/Icon";

/** Which track fits best, and how sure that is. */
export async function Headline({ results }: { results: ProfilingResults }) {
  const t = await getTranslations("profiler");
  const { primary, contributions, confidence, certainty } = results;
  const tied = certainty?.tied ?? [];
  const second = results.tracks[1]?.key ?? primary.key;
  const names = { first: t(`tracks.${primary.key}.name`), second: t(`tracks.${second}.name`) };
  const heading = tied.length > 1 ? t("result.tied", { names: await joined(tied) }) : "";
  return (
    <div className="head stack tight">
      <p className={`track ${primary.key}`}>
        <Icon name={primary.key} />{" "}
        {contributions.length > 0
          ? t("result.answers", { answers: contributions.length })
          : t("result.imported")}
      </p>
      <h1>{heading || t(`result.heading.${confidence}`, names)}</h1>
      <p>{t(`tracks.${primary.key}.summary`)}</p>
      <p>
        <CertaintyText results={results} /> {t("result.changeable")}
      </p>
    </div>
  );
}

async function CertaintyText({ results }: { results: ProfilingResults }) {
  const t = await getTranslations("profiler");
  const { certainty, confidence } = results;
  if (!certainty) {
    return t("result.certaintyUnknown");
  }
  if (certainty.tied.length > 1) {
    return t("result.tiedText");
  }
  const low = Math.round(100 * certainty.claim);
  const high = Math.round(100 * certainty.claim_most);
  return t(`result.certainty.${confidence}`, { low, high });
}

async function joined(tracks: ProfilingResults["primary"]["key"][]): Promise<string> {
  const [t, format] = [await getTranslations("profiler"), await getFormatter()];
  return format.list(tracks.map((track) => t(`tracks.${track}.name`)));
}

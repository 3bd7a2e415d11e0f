import { getTranslations } from "next-intl/server";
import type { Track } from "@/api/core";
import { ServerForm } from "@/features/forms/ServerForm";
import { Icon } from "@/features/shell/Icon";
import { resultAddress } from "./addresses";
import { newestResult } from "./result";

interface Properties {
  track: Track;
  query: Record<string, string | undefined>;
}

/** For a learner who has a track: a session begins, or goes on, only if they want it. */
export async function Begin({ track, query }: Properties) {
  const [t, { data: newest }] = [await getTranslations("profiler"), await newestResult()];
  return (
    <>
      <div className="head">
        <p className={`track ${track}`}>
          <Icon name={track} /> {t("begin.yourTrack", { track: t(`tracks.${track}.name`) })}
        </p>
        <h1>{t("begin.heading")}</h1>
        <p>{t("begin.text")}</p>
      </div>
      <ServerForm name="profiler" query={query}>
        <div className="acts">
          <button type="submit" className="btn next">
            {t("begin.submit")}
          </button>
          {newest && (
            <a className="btn" href={resultAddress(newest)}>
              {t("begin.result")}
            </a>
          )}
          <a className="btn quiet" href="/dashboard/student">
            {t("home")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}

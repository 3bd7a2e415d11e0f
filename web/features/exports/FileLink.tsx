import { getTranslations } from "next-intl/server";
import type { FileState } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";

interface Properties {
  state: FileState;
  expiresAt: string | null;
  /** Below `/api/v1`. */
  path: string;
  /** What the file is, for readers that speak. */
  name: string;
}

/** The way to a file that is ready, and until when it is there. */
export async function FileLink({ state, expiresAt, path, name }: Properties) {
  const [t, when] = await Promise.all([getTranslations("exports"), times()]);
  if (state !== "ready" || !expiresAt) {
    return null;
  }
  return (
    <>
      <a className="btn" href={`/bff/api/v1${path}`} download>
        <Icon name="file" /> {t("download")}
        <span className="hide"> {name}</span>
      </a>
      <p className="meta">{t("until", { time: when.dateAndClock(expiresAt) })}</p>
    </>
  );
}

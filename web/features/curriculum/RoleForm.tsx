import { getTranslations } from "next-intl/server";
import type { Competency } from "@/api/core";
import { TRACKS } from "@/features/learn/vocabulary";
import { byFramework, roleValue } from "./roles";

interface Properties {
  roles: Competency[];
  asked: string | undefined;
}

/** The choice of a role, as a form that needs no script. */
export async function RoleForm({ roles, asked }: Properties) {
  const [t, learn] = [await getTranslations("curriculum.role"), await getTranslations("learn")];
  return (
    <form className="two ends stack" action="/learn/path">
      <div className="field">
        <label htmlFor="role">{t("label")}</label>
        <select id="role" name="role" defaultValue={asked ?? ""}>
          <option value="">{t("own")}</option>
          <optgroup label={t("tracks")}>
            {TRACKS.map((track) => (
              <option key={track} value={track}>
                {learn(`tracks.${track}`)}
              </option>
            ))}
          </optgroup>
          {byFramework(roles).map(([framework, all]) => (
            <optgroup key={framework} label={t("framework", { framework })}>
              {all.map((one) => (
                <option key={one.code} value={roleValue(one)}>
                  {one.name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <div className="acts">
        <button type="submit" className="btn">
          {t("show")}
        </button>
      </div>
    </form>
  );
}

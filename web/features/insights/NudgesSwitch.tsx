import { getTranslations } from "next-intl/server";
import { ActionButton } from "@/features/actions/ActionButton";

/** Whether advice comes to the learner's home by itself. */
export async function NudgesSwitch({ isOff }: { isOff: boolean }) {
  const t = await getTranslations("insights.nudges");
  return (
    <div className="row">
      <span className="meta">{t(isOff ? "off" : "on")}</span>
      <ActionButton
        method="patch"
        path="/users/me/preferences/"
        body={{ nudges: isOff }}
        className="btn quiet"
      >
        {t(isOff ? "turnOn" : "turnOff")}
      </ActionButton>
    </div>
  );
}

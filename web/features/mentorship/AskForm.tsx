import { getTranslations } from "next-intl/server";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField } from "@/features/actions/fields";
import { PlanNote } from "@/features/billing/PlanNote";

/** Asks a mentor, or any who has room. */
export async function AskForm({ mentor_id }: { mentor_id: number | null }) {
  const t = await getTranslations("mentorship.find");
  return (
    <ApiForm
      path="/mentorship/requests/"
      shape={{ message: "text" }}
      fixed={{ mentor: mentor_id }}
      submit={t(mentor_id === null ? "askAny" : "ask")}
      className={mentor_id === null ? "btn" : "btn next"}
      done={t("asked")}
      remedies={{ not_entitled: <PlanNote feature="mentorship" /> }}
      to="/mentorship?asked=1"
    >
      <AreaField
        id={`message-${mentor_id ?? "any"}`}
        name="message"
        label={t("message")}
        hint={t("messageHint")}
        rows={4}
        maxLength={1000}
      />
    </ApiForm>
  );
}

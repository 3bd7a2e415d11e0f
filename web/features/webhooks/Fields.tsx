import { getTranslations } from "next-intl/server";
import type { WebhookSubscription } from "@/api/core";
import { Choice, TextField } from "@/features/actions/fields";
import { FACT_TYPES, isFactType } from "./factTypes";

/** What a webhook is: its address, a word about it, and what is sent there. */
export async function Fields({ webhook }: { webhook?: WebhookSubscription }) {
  const t = await getTranslations("webhooks");
  return (
    <>
      <TextField
        id="webhook-url"
        name="url"
        type="url"
        inputMode="url"
        autoComplete="off"
        maxLength={500}
        label={t("form.url")}
        hint={t("form.urlHint")}
        defaultValue={webhook?.url}
      />
      <TextField
        id="webhook-description"
        name="description"
        maxLength={200}
        label={t("form.description")}
        defaultValue={webhook?.description}
      />
      <fieldset className="stack tight">
        <legend>{t("form.types")}</legend>
        {Object.keys(FACT_TYPES)
          .filter(isFactType)
          .map((type) => (
            <Choice
              key={type}
              name="types"
              value={type}
              label={t(`types.${FACT_TYPES[type]}`)}
              defaultChecked={webhook?.types.includes(type)}
            />
          ))}
      </fieldset>
    </>
  );
}

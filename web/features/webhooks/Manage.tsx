import { getTimeZone, getTranslations } from "next-intl/server";
import type { WebhookSubscription } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { TextField } from "@/features/actions/fields";
import { Note } from "@/features/shell/Note";
import { times } from "@/features/times/times";
import { textsOf } from "@/server/texts";
import { Fields } from "./Fields";
import { RotateSecret } from "./RotateSecret";

interface Properties {
  webhook: WebhookSubscription;
}

const pathOf = ({ id }: WebhookSubscription) => `/webhook-subscriptions/${id}/`;

/** Whether it sends, why not, and what to do about it. */
export async function Standing({ webhook }: Properties) {
  const [t, when] = [await getTranslations("webhooks"), await times()];
  const { active, failing_since, switched_off_at } = webhook;
  return (
    <section className="card" aria-labelledby="standing">
      <h2 id="standing">{t("standing")}</h2>
      {active && failing_since && (
        <Note kind="bad" icon="alert" title={t("failing")}>
          {t("failingText", { moment: when.moment(failing_since) })}
        </Note>
      )}
      {!active && (
        <Note kind="warn" icon="offline" title={t("off")}>
          {switched_off_at
            ? t("switchedOff", { moment: when.moment(switched_off_at) })
            : t("offText")}
        </Note>
      )}
      {active && !failing_since && <p>{t("onText")}</p>}
      <div className="acts">
        <ActionButton
          method="patch"
          path={pathOf(webhook)}
          body={{ active: !active }}
          className={active ? "btn" : "btn next"}
        >
          {active ? t("pause") : t("resume")}
        </ActionButton>
        <ActionButton
          path={`${pathOf(webhook)}ping/`}
          className={active ? "btn next" : "btn"}
          done={t("pinged")}
          hasKey={false}
        >
          {t("ping")}
        </ActionButton>
      </div>
      <p className="meta">{t("pingText")}</p>
    </section>
  );
}

export async function SecretCard({ webhook }: Properties) {
  const [t, when] = [await getTranslations("webhooks"), await times()];
  return (
    <section className="card" aria-labelledby="secret">
      <h2 id="secret">{t("secret.heading")}</h2>
      <p>{t("secret.text")}</p>
      {webhook.rotated_at && (
        <p className="meta">{t("secret.rotatedAt", { moment: when.moment(webhook.rotated_at) })}</p>
      )}
      <RotateSecret
        id={webhook.id}
        texts={(await textsOf("webhooks")).secretForm}
        question={{
          title: t("secret.question"),
          text: t("secret.questionText"),
          yes: t("secret.yes"),
          no: t("no"),
        }}
      />
    </section>
  );
}

/** Sends what was recorded in a range of time once more. */
export async function ReplayCard({ webhook }: Properties) {
  const [t, zone, when] = [await getTranslations("webhooks"), await getTimeZone(), await times()];
  return (
    <section className="card" aria-labelledby="replay">
      <h2 id="replay">{t("replay.heading")}</h2>
      <p>{t("replay.text")}</p>
      <ApiForm
        path={`${pathOf(webhook)}replay/`}
        shape={{ from: { zone }, to: { zone } }}
        submit={t("replay.submit")}
        done={t("replay.done")}
        hasKey={false}
      >
        <TextField
          id="replay-from"
          name="from"
          type="datetime-local"
          label={t("replay.from")}
          hint={t("replay.zone", { zone: when.zoneName() })}
        />
        <TextField
          id="replay-to"
          name="to"
          type="datetime-local"
          label={t("replay.to")}
          hint={t("replay.toHint")}
        />
      </ApiForm>
    </section>
  );
}

export async function ChangeCard({ webhook }: Properties) {
  const t = await getTranslations("webhooks");
  return (
    <section className="card" aria-labelledby="change">
      <h2 id="change">{t("change.heading")}</h2>
      <ApiForm
        method="patch"
        path={pathOf(webhook)}
        shape={{ url: "text", description: "text", types: "list" }}
        submit={t("change.submit")}
        done={t("change.done")}
        keeps
      >
        <Fields webhook={webhook} />
      </ApiForm>
      <hr />
      <ActionButton
        method="delete"
        path={pathOf(webhook)}
        className="btn bad"
        to="/webhooks"
        question={{
          title: t("delete.question"),
          text: t("delete.text"),
          yes: t("delete.yes"),
          no: t("no"),
        }}
      >
        {t("delete.open")}
      </ActionButton>
    </section>
  );
}

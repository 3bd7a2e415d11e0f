import { getTranslations } from "next-intl/server";
import type { Action } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { overview } from "./data";
import { type NextStep, subjectOf } from "./nextStep";
import { addressOf, otherActions } from "./steps";

const SHOWN = 5;

/** What else the learner can do, what is due first on top, each with its reason. */
export async function Actions({ step }: { step: NextStep }) {
  const [t, { data }] = await Promise.all([getTranslations("home.actions"), overview()]);
  const actions = otherActions(data?.actions ?? [], subjectOf(step)).slice(0, SHOWN);
  if (!data || actions.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="actions">
      <h2 id="actions">{t("heading")}</h2>
      <ul className="list">
        {actions.map((action) => (
          <ActionItem
            key={`${action.kind} ${action.subject}`}
            action={action}
            href={addressOf(action, data.programs)}
          />
        ))}
      </ul>
    </section>
  );
}

async function ActionItem({ action, href }: { action: Action; href: string }) {
  const t = await getTranslations("home.actions");
  return (
    <li>
      <h3>
        <a href={href}>{await actionTitle(action)}</a>
      </h3>
      <p className="soft">{t(`reason.${action.kind}`)}</p>
      <ActionDue action={action} />
    </li>
  );
}

export async function actionTitle({ title }: Action): Promise<string> {
  return title || (await getTranslations("home.actions"))("session");
}

/** Nothing for what may wait. */
export async function ActionDue({ action: { kind, due_at } }: { action: Action }) {
  if (due_at === null) {
    return null;
  }
  const [t, when] = await Promise.all([getTranslations("home.actions"), times()]);
  const isPast = Date.parse(due_at) < Date.now();
  const key = kind === "confirm_session" ? "begins" : isPast ? "wasDue" : "due";
  return (
    <p>
      <span className={`badge ${isPast ? "bad" : "warn"}`}>
        <Icon name="clock" /> {t(key, { when: when.moment(due_at) })}
      </span>
    </p>
  );
}

import type { Messages } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Action, Content, Track } from "@/api/core";
import { sizeText } from "@/features/learn/sizeText";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { ActionDue, actionTitle } from "./Actions";
import { item, itemAddress } from "./data";
import type { Modules, NextStep as Step } from "./nextStep";

/** The card on top: one thing to do, why, and the yellow button. */
export async function NextStep({ step }: { step: Step }) {
  const t = await getTranslations("home");
  switch (step.kind) {
    case "profile":
      return (
        <Card title={t("next.profile.title")} href="/onboarding/ai-profiler" button="findTrack">
          <p>{t("next.profile.text")}</p>
        </Card>
      );
    case "act":
      return <ActionCard action={step.action} href={step.href} />;
    case "goOn":
      return <OpenedItem {...step} />;
    case "begin": {
      const { content_id, title, reason } = step.recommendation;
      return (
        <Card title={title} href={itemAddress(content_id)} button="begin" item={step.item}>
          <p className="why" lang="en">
            {reason}
          </p>
        </Card>
      );
    }
    case "none":
      return (
        <Card title={t(`next.none.${step.why}.title`)} href="/learn" button="look">
          <p>{t(`next.none.${step.why}.text`)}</p>
        </Card>
      );
    case "unknown":
      return (
        <section className="card now">
          <ProblemState problem={step.problem} />
          <a className="btn next" href="/learn">
            {t("next.button.look")}
          </a>
        </section>
      );
  }
}

interface CardProperties {
  title: string;
  href: string;
  button: keyof Messages["home"]["next"]["button"];
  item?: Content | null;
  children: ReactNode;
}

async function Card({ title, href, button, item, children }: CardProperties) {
  const t = await getTranslations("home");
  const costs = item
    ? [t("minutes", { minutes: item.duration_minutes }), await sizeText(item)]
    : [];
  return (
    <section className="card now" aria-labelledby="next">
      <p className="row apart small">
        <strong>{t("next.heading")}</strong>
        {item && <TrackName track={item.track} />}
      </p>
      <h2 id="next">{title}</h2>
      {children}
      <div className="acts">
        <a className="btn next" href={href}>
          {t(`next.button.${button}`)}
        </a>
        {item && <span className="meta">{costs.filter(Boolean).join(" · ")}</span>}
      </div>
    </section>
  );
}

async function TrackName({ track }: { track: Track }) {
  const t = await getTranslations("profiler");
  return (
    <span className={`track ${track}`}>
      <Icon name={track} /> {t(`tracks.${track}.name`)}
    </span>
  );
}

async function ActionCard({ action, href }: { action: Action; href: string }) {
  const t = await getTranslations("home");
  const content = action.kind === "next_item" ? await item(action.subject) : null;
  return (
    <Card title={await actionTitle(action)} href={href} button={action.kind} item={content}>
      <p className="why">{t(`actions.reason.${action.kind}`)}</p>
      <ActionDue action={action} />
    </Card>
  );
}

interface OpenedItemProperties {
  item: Content;
  percentage: number;
  modules: Modules | null;
}

async function OpenedItem({ item, percentage, modules }: OpenedItemProperties) {
  const t = await getTranslations("home");
  const { content_id, title } = item;
  return (
    <Card title={title} href={itemAddress(content_id)} button="goOn" item={item}>
      <p className="why">{t("next.begun", { percentage: Math.round(percentage) })}</p>
      {modules && (
        <div className="stack tight">
          <p className="small">{t.rich("next.modules", { ...modules, b: strong })}</p>
          <ProgressDashes done={modules.done} of={modules.of} here />
        </div>
      )}
    </Card>
  );
}

function strong(chunks: ReactNode): ReactNode {
  return <strong>{chunks}</strong>;
}

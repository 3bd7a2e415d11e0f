import { getTranslations } from "next-intl/server";
import type { CoachAdvice, Nudges } from "@/api/ai";
import type { Dismissal } from "@/api/core";
import { Note } from "@/features/shell/Note";
import { times } from "@/features/times/times";
import { Dismissed } from "./Dismissed";
import { NudgesSwitch } from "./NudgesSwitch";
import { OneAdvice } from "./OneAdvice";

interface Properties {
  coach: CoachAdvice;
  /** Null while they are not known. */
  nudges: Nudges | null;
  /** The newest ones of advice; ai learns of them a moment after core. */
  dismissals: Dismissal[];
}

/** The coach's advice, the most important first, each line with why now and what it rests on. */
export async function Coach({ coach, nudges, dismissals }: Properties) {
  const [t, when] = await Promise.all([getTranslations("insights.coach"), times()]);
  const none = dismissals.length ? "noneLeft" : "none";
  const dismissed = new Set(dismissals.map(({ target }) => target));
  const advice = coach.advice.filter(({ id }) => !dismissed.has(id));
  const until = nudges?.quiet_until;
  return (
    <section className="stack" aria-labelledby="coach">
      <h2 id="coach">{t("heading")}</h2>
      <p className="soft">{t("lead")}</p>
      {until && (
        <Note kind="info" icon="clock" title={t("quiet", { time: when.clock(until) })}>
          <a href="/settings/notifications">{t("quietHours")}</a>
        </Note>
      )}
      {advice.length === 0 && <p>{t(coach.missing?.length ? "unknown" : none)}</p>}
      <ol className="list">
        {advice.map((one) => (
          <OneAdvice key={one.id} advice={one} />
        ))}
      </ol>
      <Dismissed dismissals={dismissals} />
      {nudges && <NudgesSwitch isOff={nudges.off ?? false} />}
    </section>
  );
}

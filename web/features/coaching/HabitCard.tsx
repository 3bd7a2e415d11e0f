"use client";

import type { ReactNode } from "react";
import type { Pause } from "@/api/core";
import { Errors } from "@/features/actions/Errors";
import { Icon } from "@/features/shell/Icon";
import { ChangeHabit } from "./ChangeHabit";
import type { HabitFormShared } from "./HabitForm";
import { PauseHabit } from "./PauseHabit";
import { SkipDay } from "./SkipDay";
import type { HabitTexts, VersionTexts } from "./texts";
import { useMarks } from "./useMarks";
import { type Day, type States, WeekTable } from "./WeekTable";

export interface HabitShared extends HabitFormShared {
  texts: HabitTexts;
  versions: VersionTexts;
  week: Day[];
  lastWeek: Day[];
  today: string;
  timeZone: string;
}

interface Properties {
  id: string;
  title: string;
  states: States;
  pausedDays: string[];
  /** The pause that lasts today. */
  pause: Pause | null;
  shared: HabitShared;
  /** "2 of 3 days". */
  progress: ReactNode;
  /** Streak and strength. */
  children: ReactNode;
}

/** A habit with its week, whose days are ticked. */
export function HabitCard({ id, title, pausedDays, pause, shared, ...rest }: Properties) {
  const { texts } = shared;
  const path = `/coaching/habits/${id}/`;
  const marks = useMarks({ path, title, recorded: rest.states, shared });
  const { states, isSending, errors, mark } = marks;
  const table = { labelledBy: `habit-${id}`, states, pausedDays, texts, isSending, onMark: mark };
  return (
    <article className="card" aria-labelledby={`habit-${id}`}>
      <div className="row apart">
        <h3 id={`habit-${id}`}>{title}</h3>
        <span className="num">{rest.progress}</span>
      </div>
      <WeekTable days={shared.week} {...table} />
      {rest.children}
      <Sending {...marks} texts={texts} />
      <Errors errors={errors} />
      <details>
        <summary>{texts.lastWeek}</summary>
        <WeekTable days={shared.lastWeek} {...table} />
      </details>
      <details>
        <summary>
          {texts.more}
          <span className="hide"> {texts.moreOf.replace("{title}", title)}</span>
        </summary>
        <div className="stack">
          <SkipDay
            id={id}
            days={[...shared.lastWeek, ...shared.week].filter((day) => day.isOpen)}
            today={shared.today}
            texts={texts}
            isSending={isSending}
            onSkip={(date) => mark(date, "skipped")}
          />
          <PauseHabit path={path} pause={pause} shared={shared} />
          <ChangeHabit path={path} shared={shared} />
        </div>
      </details>
    </article>
  );
}

interface SendingProperties {
  isSending: boolean;
  isKept: boolean;
  acceptedAt: string | null;
  texts: HabitTexts;
}

/** Where the last mark is. */
function Sending({ isSending, isKept, acceptedAt, texts }: SendingProperties) {
  return (
    <p className="small" role="status">
      {isSending && (
        <span className="sync sent">
          <Icon name="sent" />
          {texts.sending}
        </span>
      )}
      {!isSending && isKept && (
        <span className="sync kept">
          <Icon name="phone" />
          {texts.kept}
        </span>
      )}
      {!isSending && !isKept && acceptedAt && (
        <span className="sync accepted">
          <Icon name="check" />
          {texts.accepted.replace("{time}", acceptedAt)}
        </span>
      )}
    </p>
  );
}

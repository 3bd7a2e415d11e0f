import type { HabitEntryState } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import type { HabitTexts } from "./texts";

/** A day of the week, the same for all habits. */
export interface Day {
  date: string;
  number: string;
  /** "Mo" and "Monday 23 November". */
  short: string;
  name: string;
  isToday: boolean;
  /** Whether it may still be recorded. */
  isOpen: boolean;
}

export type States = Record<string, HabitEntryState>;

interface Properties {
  labelledBy: string;
  days: Day[];
  states: States;
  pausedDays: string[];
  texts: HabitTexts;
  isSending: boolean;
  onMark: (date: string, state: HabitEntryState) => void;
}

/** The days of a week: those that may still be recorded are buttons. */
export function WeekTable(properties: Properties) {
  const { days, labelledBy } = properties;
  return (
    <table className="week" aria-labelledby={labelledBy}>
      <thead>
        <tr>
          {days.map((day) => (
            <th scope="col" key={day.date}>
              <abbr title={day.name}>{day.short}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          {days.map((day) => (
            <Cell key={day.date} day={day} {...properties} />
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function Cell({ day, states, pausedDays, texts, isSending, onMark }: Properties & { day: Day }) {
  const state = states[day.date];
  const isDone = state === "done";
  const isPaused = pausedDays.includes(day.date);
  const isDue = day.isToday && !isDone && state !== "skipped" && !isPaused;
  if (!day.isOpen) {
    return (
      <td>
        <Closed day={day} state={state} isPaused={isPaused} texts={texts} />
      </td>
    );
  }
  const label = (day.isToday ? texts.doneToday : texts.doneOn).replace("{day}", day.name);
  const word = state === "skipped" || isPaused ? `, ${wordOf(state, isPaused, texts)}` : "";
  return (
    <td className={isDue ? "today" : undefined}>
      <button
        type="button"
        aria-pressed={isDone}
        aria-label={label + word}
        aria-disabled={isSending || undefined}
        onClick={() => onMark(day.date, isDone ? "missed" : "done")}
      >
        <Mark day={day} state={state} isPaused={isPaused} />
      </button>
    </td>
  );
}

function Closed(props: {
  day: Day;
  state: HabitEntryState | undefined;
  isPaused: boolean;
  texts: HabitTexts;
}) {
  const { day, state, isPaused, texts } = props;
  return (
    <span className="soft">
      {state === "done" ? <Icon name="check" className="s" /> : day.number}
      {(state || isPaused) && <b className="hide">{wordOf(state, isPaused, texts)}</b>}
    </span>
  );
}

function Mark(props: { day: Day; state: HabitEntryState | undefined; isPaused: boolean }) {
  const { day, state, isPaused } = props;
  if (state === "done") {
    return <Icon name="check" className="s" />;
  }
  if (state === "skipped" || isPaused) {
    return "–";
  }
  return day.isToday ? day.number : null;
}

function wordOf(state: HabitEntryState | undefined, isPaused: boolean, texts: HabitTexts): string {
  if (state === "done" || state === "skipped") {
    return texts[state];
  }
  return isPaused ? texts.paused : texts.notDone;
}

import { useState } from "react";
import type { HabitTexts } from "./texts";
import type { Day } from "./WeekTable";

interface Properties {
  id: string;
  days: Day[];
  today: string;
  texts: HabitTexts;
  isSending: boolean;
  onSkip: (date: string) => void;
}

/** A skipped day neither breaks nor lengthens a streak. */
export function SkipDay({ id, days, today, texts, isSending, onSkip }: Properties) {
  const [date, setDate] = useState(today);
  return (
    <div className="stack tight">
      <div className="field">
        <label htmlFor={`skip-${id}`}>{texts.skipDay}</label>
        <select id={`skip-${id}`} value={date} onChange={(event) => setDate(event.target.value)}>
          {days.map((day) => (
            <option key={day.date} value={day.date}>
              {day.isToday ? `${day.name}, ${texts.today}` : day.name}
            </option>
          ))}
        </select>
      </div>
      <p className="acts">
        <button type="button" className="btn" disabled={isSending} onClick={() => onSkip(date)}>
          {texts.skip}
        </button>
      </p>
    </div>
  );
}

import { type FormEvent, useState } from "react";
import type { Habit, HabitSchedule } from "@/api/core";
import { Errors, type Remedies } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import type { ActionError } from "@/features/actions/useAction";
import { FormButtons } from "@/features/dialog/FormButtons";
import type { HabitFormTexts } from "./texts";

export interface HabitFormShared {
  form: HabitFormTexts;
  /** "1 day a week" to "7 days a week". */
  timesAWeek: string[];
  /** Monday to Sunday. */
  weekdayNames: string[];
}

/** What a person chooses of a habit. */
export interface HabitChoice {
  title: string;
  schedule: HabitSchedule;
  times_a_week?: number;
  weekdays?: number[];
  reminder_at: string | null;
}

interface Properties {
  shared: HabitFormShared;
  habit?: Habit;
  isSending: boolean;
  errors: ActionError[];
  remedies?: Remedies;
  onSave: (choice: HabitChoice) => void;
  onCancel: () => void;
}

const SCHEDULES = ["daily", "times_a_week", "weekdays"] as const;

export function HabitForm(properties: Properties) {
  const { shared, habit, isSending, errors, remedies, onSave, onCancel } = properties;
  const { form } = shared;
  const [schedule, setSchedule] = useState<HabitSchedule>(habit?.schedule ?? "daily");
  const [hasNoDays, setNoDays] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const choice = choiceOf(new FormData(event.currentTarget));
    const isIncomplete = choice.weekdays?.length === 0;
    setNoDays(isIncomplete);
    if (!isIncomplete) {
      onSave(choice);
    }
  }

  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        id="habit-title"
        name="title"
        label={form.title}
        hint={form.titleHint}
        maxLength={200}
        required
        defaultValue={habit?.title}
      />
      <ScheduleField form={form} schedule={schedule} onChoose={setSchedule} />
      {schedule === "times_a_week" && <TimesField shared={shared} habit={habit} />}
      {schedule === "weekdays" && <DaysField shared={shared} habit={habit} />}
      {hasNoDays && (
        <Errors errors={[{ field: "weekdays", code: "required", text: form.noDays }]} />
      )}
      <TextField
        id="habit-reminder"
        name="reminder_at"
        label={form.reminder}
        hint={form.reminderHint}
        type="time"
        defaultValue={habit?.reminder_at ?? ""}
      />
      <Errors errors={errors} remedies={remedies} />
      <FormButtons
        submit={form.save}
        kind="next"
        isSending={isSending}
        cancel={form.cancel}
        onCancel={onCancel}
      />
    </form>
  );
}

interface ScheduleProperties {
  form: HabitFormTexts;
  schedule: HabitSchedule;
  onChoose: (schedule: HabitSchedule) => void;
}

function ScheduleField({ form, schedule, onChoose }: ScheduleProperties) {
  return (
    <fieldset className="choices">
      <legend>{form.schedule}</legend>
      {SCHEDULES.map((name) => (
        <label className="choice" key={name}>
          <input
            type="radio"
            name="schedule"
            value={name}
            checked={schedule === name}
            onChange={() => onChoose(name)}
          />
          <span>{form[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProperties {
  shared: HabitFormShared;
  habit: Habit | undefined;
}

function TimesField({ shared, habit }: FieldProperties) {
  return (
    <div className="field">
      <label htmlFor="habit-times">{shared.form.times}</label>
      <select id="habit-times" name="times_a_week" defaultValue={habit?.times_a_week ?? 3}>
        {shared.timesAWeek.map((text, place) => (
          <option key={text} value={place + 1}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function DaysField({ shared, habit }: FieldProperties) {
  return (
    <fieldset>
      <legend>{shared.form.days}</legend>
      {shared.weekdayNames.map((name, place) => (
        <label className="choice bare" key={name}>
          <input
            type="checkbox"
            name="weekdays"
            value={place + 1}
            defaultChecked={habit?.weekdays.includes(place + 1)}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function choiceOf(fields: FormData): HabitChoice {
  const schedule = fields.get("schedule") as HabitSchedule;
  const reminder = fields.get("reminder_at") as string;
  const common = {
    title: (fields.get("title") as string).trim(),
    schedule,
    reminder_at: reminder ? reminder.slice(0, 5) : null,
  };
  if (schedule === "times_a_week") {
    return { ...common, times_a_week: Number(fields.get("times_a_week")) };
  }
  return schedule === "weekdays"
    ? { ...common, weekdays: fields.getAll("weekdays").map(Number) }
    : common;
}

/** A habit in words, to compare two versions of it. */
export function linesOf(habit: HabitChoice, shared: HabitFormShared): string[] {
  const { form, timesAWeek, weekdayNames } = shared;
  const times = habit.schedule === "times_a_week" ? timesAWeek[(habit.times_a_week ?? 1) - 1] : "";
  const days = habit.weekdays?.map((day) => weekdayNames[day - 1]).join(", ");
  const lines = [habit.title, times || days || form.daily];
  return habit.reminder_at ? [...lines, `${form.reminder} ${habit.reminder_at}`] : lines;
}

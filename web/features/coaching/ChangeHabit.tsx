import type { Habit } from "@/api/core";
import { ChangeDialog } from "@/features/dialog/ChangeDialog";
import type { HabitShared } from "./HabitCard";
import { type HabitChoice, HabitForm, linesOf } from "./HabitForm";
import { HabitState } from "./HabitState";

/** Changes a habit, or puts it away. */
export function ChangeHabit({ path, shared }: { path: string; shared: HabitShared }) {
  const { texts, form } = shared;
  return (
    <div className="acts">
      <ChangeDialog<Habit, HabitChoice>
        path={path}
        open={texts.change}
        title={form.change}
        loading={form.loading}
        versions={shared.versions}
        mine={(choice) => linesOf(choice, shared)}
        theirs={(habit) => linesOf(stored(habit), shared)}
        form={({ value, ...fields }) => <HabitForm shared={shared} habit={value} {...fields} />}
      />
      <HabitState path={path} to="archived" text={texts.archive} />
    </div>
  );
}

function stored(habit: Habit): HabitChoice {
  const { title, schedule, times_a_week, weekdays, reminder_at } = habit;
  const times = times_a_week === null ? {} : { times_a_week };
  return { title, schedule, reminder_at, weekdays, ...times };
}

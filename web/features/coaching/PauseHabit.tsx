import { type FormEvent, useId } from "react";
import type { Pause } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { addDays } from "@/client/days";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import { useChange } from "@/features/actions/useChange";
import { FormButtons } from "@/features/dialog/FormButtons";
import type { HabitShared } from "./HabitCard";

interface Properties {
  path: string;
  /** The one that lasts today. */
  pause: Pause | null;
  shared: HabitShared;
}

/** Begins a pause today, or ends the one that lasts. */
export function PauseHabit({ path, pause, shared }: Properties) {
  const lasting = { path: `${path}pauses/`, shared };
  return pause ? <EndPause pause={pause} {...lasting} /> : <BeginPause {...lasting} />;
}

function BeginPause({ path, shared }: { path: string; shared: HabitShared }) {
  const { texts, today } = shared;
  const id = useId();
  const { isSending, errors, run } = useChange();

  async function begin(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const lastDay = new FormData(event.currentTarget).get("last_day");
    const body = { first_day: today, ...(lastDay ? { last_day: lastDay } : {}) };
    await run((idempotencyKey) => apiGateway.post(path, body, { idempotencyKey }));
  }

  return (
    <form className="stack tight" onSubmit={begin}>
      <TextField
        id={id}
        name="last_day"
        label={texts.pauseUntil}
        hint={texts.pauseUntilHint}
        type="date"
        min={today}
      />
      <Errors errors={errors} />
      <FormButtons submit={texts.pause} isSending={isSending} />
    </form>
  );
}

interface EndProperties {
  path: string;
  pause: Pause;
  shared: HabitShared;
}

function EndPause({ path, pause, shared }: EndProperties) {
  const { isSending, errors, run } = useChange();

  async function end(): Promise<void> {
    // A pause that began today lasts a day at least.
    const [, last] = [pause.first_day, addDays(shared.today, -1)].sort();
    await run(() => apiGateway.patch(`${path}${pause.id}/`, { last_day: last }));
  }

  return (
    <div className="stack tight">
      <button type="button" className="btn" disabled={isSending} onClick={end}>
        {shared.texts.goOn}
      </button>
      <Errors errors={errors} />
    </div>
  );
}

import type { FormEvent } from "react";
import type { Pause } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { addDays } from "@/client/days";
import { useAction } from "@/client/useAction";
import { FormButtons } from "@/features/dialog/FormButtons";
import { Refused } from "@/features/dialog/Refused";
import { TextField } from "@/features/dialog/TextField";
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
  const { isSending, error, run } = useAction(shared.refusals);

  async function begin(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const lastDay = new FormData(event.currentTarget).get("last_day");
    const body = { first_day: today, ...(lastDay ? { last_day: lastDay } : {}) };
    await run((idempotencyKey) => apiGateway.post(path, body, { idempotencyKey }));
  }

  return (
    <form className="stack tight" onSubmit={begin}>
      <TextField
        name="last_day"
        label={texts.pauseUntil}
        hint={texts.pauseUntilHint}
        type="date"
        min={today}
      />
      <Refused text={error} />
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
  const { isSending, error, run } = useAction(shared.refusals);

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
      <Refused text={error} />
    </div>
  );
}

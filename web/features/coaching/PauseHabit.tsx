import { useRouter } from "next/navigation";
import { type FormEvent, useId } from "react";
import type { Pause } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { addDays } from "@/client/days";
import { useWrite } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
import type { HabitShared } from "./HabitCard";

interface Properties {
  path: string;
  pause: Pause | null;
  shared: HabitShared;
}

/** Begins a pause today, or ends the one that lasts. */
export function PauseHabit({ path, pause, shared }: Properties) {
  const router = useRouter();
  const id = useId();
  const { texts, today } = shared;
  const { isSending, error, run } = useWrite(shared.refusals);

  async function begin(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const lastDay = new FormData(event.currentTarget).get("last_day");
    const body = { first_day: today, ...(lastDay ? { last_day: lastDay } : {}) };
    const isPaused = await run(async (idempotencyKey) => {
      await apiGateway.post(`${path}pauses/`, body, { idempotencyKey });
    });
    if (isPaused) {
      router.refresh();
    }
  }

  async function end(lasting: Pause): Promise<void> {
    const [, last] = [lasting.first_day, addDays(today, -1)].sort();
    const isEnded = await run(async () => {
      await apiGateway.patch(`${path}pauses/${lasting.id}/`, { last_day: last });
    });
    if (isEnded) {
      router.refresh();
    }
  }

  if (pause) {
    return (
      <div className="stack tight">
        <button type="button" className="btn" disabled={isSending} onClick={() => end(pause)}>
          {texts.goOn}
        </button>
        <Refused text={error} />
      </div>
    );
  }
  return (
    <form className="field" onSubmit={begin}>
      <label htmlFor={id}>{texts.pauseUntil}</label>
      <p className="hint" id={`${id}-hint`}>
        {texts.pauseUntilHint}
      </p>
      <input id={id} type="date" name="last_day" min={today} aria-describedby={`${id}-hint`} />
      <p className="acts">
        <button type="submit" className="btn" disabled={isSending}>
          {texts.pause}
        </button>
      </p>
      <Refused text={error} />
    </form>
  );
}

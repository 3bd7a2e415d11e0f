"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Goal, GoalState } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useVersioned } from "@/client/useVersioned";
import { type Refusals, useWrite } from "@/client/useWrite";
import { Dialog } from "@/features/dialog/Dialog";
import { Refused } from "@/features/dialog/Refused";
import { TwoVersions } from "@/features/dialog/TwoVersions";
import { type GoalChoice, GoalForm } from "./GoalForm";
import type { GoalFormTexts, GoalTexts, VersionTexts } from "./texts";

export interface GoalShared {
  texts: GoalTexts;
  form: GoalFormTexts;
  versions: VersionTexts;
  refusals: Refusals;
  today: string;
  locale: string;
  /** The states by their names. */
  states: Record<GoalState, string>;
}

interface Properties {
  id: string;
  state: GoalState;
  shared: GoalShared;
}

/** Changes a goal, or says that it is reached or let go. */
export function GoalActions({ id, state, shared }: Properties) {
  const router = useRouter();
  const { texts } = shared;
  const { isSending, error, run } = useWrite(shared.refusals);

  async function move(to: GoalState): Promise<void> {
    const isMoved = await run(async () => {
      await apiGateway.patch(`/coaching/goals/${id}/`, { state: to });
    });
    if (isMoved) {
      router.refresh();
    }
  }

  const button = (to: GoalState, text: string) => (
    <button type="button" className="btn quiet" disabled={isSending} onClick={() => move(to)}>
      {text}
    </button>
  );
  return (
    <>
      <div className="acts">
        {state === "active" && <ChangeGoal id={id} shared={shared} />}
        {state === "active" && button("achieved", texts.achieve)}
        {state === "active" && button("dropped", texts.drop)}
        {state !== "active" && button("active", texts.reopen)}
      </div>
      <Refused text={error} />
    </>
  );
}

function ChangeGoal({ id, shared }: { id: string; shared: GoalShared }) {
  const router = useRouter();
  const { texts, form, today } = shared;
  const goal = useVersioned<Goal>(`/coaching/goals/${id}/`, shared.refusals);
  const [isOpen, setOpen] = useState(false);
  const [choice, setChoice] = useState<GoalChoice | null>(null);
  const { theirs, value, isSending, error } = goal;

  function close(): void {
    setOpen(false);
    setChoice(null);
    goal.close();
    goal.clear();
  }

  async function save(wanted: GoalChoice): Promise<void> {
    setChoice(wanted);
    if (await goal.save(wanted)) {
      close();
      router.refresh();
    }
  }

  function keep(which: "mine" | "theirs"): void {
    if (which === "mine" && choice) {
      void save(choice);
    } else {
      close();
      router.refresh();
    }
  }

  const fields = { form, today, isSending, error, onSave: save, onCancel: close };
  return (
    <>
      <button
        type="button"
        className="btn"
        onClick={() => {
          setOpen(true);
          void goal.open();
        }}
      >
        {texts.change}
      </button>
      <Dialog isOpen={isOpen} title={form.change} onClose={close}>
        {theirs && choice ? (
          <TwoVersions
            texts={shared.versions}
            mine={linesOf(choice, shared)}
            theirs={[...linesOf(theirs, shared), shared.states[theirs.state]]}
            isSending={isSending}
            onKeep={keep}
          />
        ) : (
          value && <GoalForm goal={value} {...fields} />
        )}
        {!value && error && <Refused text={error} />}
        {!value && !error && <p role="status">{form.loading}</p>}
      </Dialog>
    </>
  );
}

function linesOf(
  goal: { title: string | null; target_date: string },
  shared: GoalShared,
): string[] {
  const day = new Intl.DateTimeFormat(shared.locale, { dateStyle: "long", timeZone: "UTC" });
  return [goal.title ?? "", day.format(new Date(goal.target_date))];
}

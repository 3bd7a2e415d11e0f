"use client";

import type { Goal, GoalState } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import { ChangeDialog } from "@/features/dialog/ChangeDialog";
import { type GoalChoice, GoalForm } from "./GoalForm";
import type { GoalFormTexts, GoalTexts, VersionTexts } from "./texts";

export interface GoalShared {
  texts: GoalTexts;
  form: GoalFormTexts;
  versions: VersionTexts;
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
  const { texts } = shared;
  const { isSending, errors, run } = useChange();

  async function move(to: GoalState): Promise<void> {
    await run(() => apiGateway.patch(`/coaching/goals/${id}/`, { state: to }));
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
      <Errors errors={errors} />
    </>
  );
}

function ChangeGoal({ id, shared }: { id: string; shared: GoalShared }) {
  const { form, today, states } = shared;
  return (
    <ChangeDialog<Goal, GoalChoice>
      path={`/coaching/goals/${id}/`}
      open={shared.texts.change}
      title={form.change}
      loading={form.loading}
      versions={shared.versions}
      mine={(choice) => linesOf(choice, shared)}
      theirs={(goal) => [...linesOf(goal, shared), states[goal.state]]}
      form={({ value, ...fields }) => (
        <GoalForm form={form} today={today} goal={value} {...fields} />
      )}
    />
  );
}

function linesOf(
  goal: { title: string | null; target_date: string },
  shared: GoalShared,
): string[] {
  const day = new Intl.DateTimeFormat(shared.locale, { dateStyle: "long", timeZone: "UTC" });
  return [goal.title ?? "", day.format(new Date(goal.target_date))];
}

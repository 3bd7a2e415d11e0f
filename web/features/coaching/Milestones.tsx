"use client";

import { type FormEvent, useRef, useState } from "react";
import type { GoalMilestone } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import { useChange } from "@/features/actions/useChange";
import { FormButtons } from "@/features/dialog/FormButtons";
import type { GoalShared } from "./GoalActions";
import type { GoalTexts } from "./texts";

interface Properties {
  goalId: string;
  milestones: GoalMilestone[];
  shared: GoalShared;
}

/** The steps to a goal: ticked, added and deleted. */
export function Milestones({ goalId, milestones, shared }: Properties) {
  const { texts } = shared;
  const path = `/coaching/goals/${goalId}/milestones/`;
  const { isSending, errors, run } = useChange();
  const [pressed, setPressed] = useState<Record<string, boolean>>({});

  const [shown, setShown] = useState(milestones);
  if (shown !== milestones) {
    // What core says replaces what was pressed.
    setShown(milestones);
    setPressed({});
  }

  async function send(write: (idempotencyKey: string) => Promise<unknown>): Promise<boolean> {
    const isDone = await run(write);
    if (!isDone) {
      setPressed({});
    }
    return isDone;
  }

  function tick(id: string, done: boolean): void {
    setPressed({ [id]: done });
    void send(() => apiGateway.patch(`${path}${id}/`, { done }));
  }

  return (
    <>
      <ul>
        {milestones.map((milestone) => (
          <Milestone
            key={milestone.id}
            milestone={milestone}
            isDone={pressed[milestone.id] ?? milestone.done_at !== null}
            isSending={isSending}
            texts={texts}
            onTick={(done) => tick(milestone.id, done)}
            onDelete={() => send(() => apiGateway.delete(`${path}${milestone.id}/`))}
          />
        ))}
      </ul>
      <Errors errors={errors} />
      <NewMilestone
        goalId={goalId}
        texts={texts}
        isSending={isSending}
        onAdd={(title) =>
          send((idempotencyKey) => apiGateway.post(path, { title }, { idempotencyKey }))
        }
      />
    </>
  );
}

interface MilestoneProperties {
  milestone: GoalMilestone;
  isDone: boolean;
  isSending: boolean;
  texts: GoalTexts;
  onTick: (done: boolean) => void;
  onDelete: () => void;
}

function Milestone(properties: MilestoneProperties) {
  const { milestone, isDone, isSending, texts, onTick, onDelete } = properties;
  const title = milestone.title ?? "";
  return (
    <li className="row apart keep">
      <label className="choice bare">
        <input
          type="checkbox"
          checked={isDone}
          disabled={isSending}
          onChange={(event) => onTick(event.target.checked)}
        />
        <span>{title}</span>
      </label>
      <button type="button" className="btn quiet" disabled={isSending} onClick={onDelete}>
        {texts.delete}
        <span className="hide"> {texts.deleteStep.replace("{title}", title)}</span>
      </button>
    </li>
  );
}

interface NewProperties {
  goalId: string;
  texts: GoalTexts;
  isSending: boolean;
  onAdd: (title: string) => Promise<boolean>;
}

function NewMilestone({ goalId, texts, isSending, onAdd }: NewProperties) {
  const form = useRef<HTMLFormElement>(null);

  async function add(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const title = new FormData(event.currentTarget).get("title") as string;
    if (await onAdd(title.trim())) {
      form.current?.reset();
    }
  }

  return (
    <form className="stack tight" ref={form} onSubmit={add}>
      <TextField
        id={`step-${goalId}`}
        name="title"
        label={texts.newMilestone}
        maxLength={200}
        required
      />
      <FormButtons submit={texts.addMilestone} isSending={isSending} />
    </form>
  );
}

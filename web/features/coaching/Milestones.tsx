"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { GoalMilestone } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useWrite } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
import type { GoalShared } from "./GoalActions";

interface Properties {
  goalId: string;
  milestones: GoalMilestone[];
  shared: GoalShared;
}

/** The steps to a goal: ticked, added and deleted. */
export function Milestones({ goalId, milestones, shared }: Properties) {
  const router = useRouter();
  const { texts } = shared;
  const path = `/coaching/goals/${goalId}/milestones/`;
  const { isSending, error, run } = useWrite(shared.refusals);
  const [pressed, setPressed] = useState<Record<string, boolean>>({});
  const form = useRef<HTMLFormElement>(null);

  // What core says replaces what was pressed.
  useEffect(() => setPressed({}), [milestones]);

  async function send(write: (key: string) => Promise<unknown>): Promise<boolean> {
    const isDone = await run(async (key) => {
      await write(key);
    });
    if (isDone) {
      router.refresh();
    }
    return isDone;
  }

  async function tick(id: string, done: boolean): Promise<void> {
    setPressed({ ...pressed, [id]: done });
    if (!(await send(() => apiGateway.patch(`${path}${id}/`, { done })))) {
      setPressed(({ [id]: _, ...others }) => others);
    }
  }

  async function add(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const title = (new FormData(event.currentTarget).get("title") as string).trim();
    if (await send((idempotencyKey) => apiGateway.post(path, { title }, { idempotencyKey }))) {
      form.current?.reset();
    }
  }

  return (
    <>
      <ul>
        {milestones.map(({ id, title, done_at }) => (
          <li className="row apart keep" key={id}>
            <label className="choice bare">
              <input
                type="checkbox"
                checked={pressed[id] ?? done_at !== null}
                disabled={isSending}
                onChange={(event) => tick(id, event.target.checked)}
              />
              <span>{title}</span>
            </label>
            <button
              type="button"
              className="btn quiet"
              disabled={isSending}
              onClick={() => send(() => apiGateway.delete(`${path}${id}/`))}
            >
              {texts.delete}
              <span className="hide"> {texts.deleteStep.replace("{title}", title ?? "")}</span>
            </button>
          </li>
        ))}
      </ul>
      <Refused text={error} />
      <form className="field" ref={form} onSubmit={add}>
        <label htmlFor={`step-${goalId}`}>{texts.newMilestone}</label>
        <div className="row">
          <input id={`step-${goalId}`} name="title" maxLength={200} required />
          <button type="submit" className="btn" disabled={isSending}>
            {texts.addMilestone}
          </button>
        </div>
      </form>
    </>
  );
}

import type { Mission } from "@/api/core";

/** What the texts of a mission weigh. */
export function missionBytes(mission: Mission): number {
  const { title, description, story, objectives, subtasks, skills } = mission;
  const text = [title, description, story, ...objectives, ...subtasks, ...skills].join("");
  return new TextEncoder().encode(text).length;
}

import "server-only";
import {
  type CalendarEvent,
  calendarEventsList,
  type GroupSession,
  groupSessionsList,
  type Habit,
  habitsList,
  habitsListEntries,
  type MentorshipSession,
  mentorshipSessionsList,
} from "@/api/core";
import { allPages, type ListResult } from "@/features/learn/catalogue";
import { mentorNames } from "@/features/times/people";
import { core, load } from "@/server/caller";
import { comingWeek, monday } from "./when";

const MOST_HABITS = 5;

export interface HabitWeek {
  habit: Habit;
  /** Days of this week; null while they are not known. */
  done: number | null;
  due: number;
}

/** The active habits with the days of this week that are done. */
export async function habitWeeks(): Promise<ListResult<HabitWeek>> {
  const query = { state: "active", page_size: MOST_HABITS } as const;
  const habits = await load(habitsList({ client: core, query }));
  if (habits.problem) {
    return habits;
  }
  const begins = await monday();
  return { data: await Promise.all(habits.data.results.map((one) => weekOf(one, begins))) };
}

async function weekOf(habit: Habit, begins: string): Promise<HabitWeek> {
  const path = { habit_id: habit.id };
  const { data } = await load(habitsListEntries({ client: core, path, query: { page_size: 10 } }));
  const done = data?.results.filter(
    ({ local_date, state }) => state === "done" && local_date >= begins,
  );
  return { habit, done: done?.length ?? null, due: dueDays(habit) };
}

function dueDays({ schedule, times_a_week, weekdays }: Habit): number {
  if (schedule === "times_a_week") {
    return times_a_week ?? 1;
  }
  return schedule === "weekdays" ? weekdays.length : 7;
}

/** Something at a time: a session of two, one of a group, or an event. */
export type Meeting = { id: string; startsAt: string } & (
  | { kind: "session"; mentor: string; isConfirmed: boolean }
  | { kind: "group" | "event"; title: string; location: string }
);

/** What the learner is part of in the seven days to come, by its start. */
export async function meetings(): Promise<ListResult<Meeting>> {
  const week = comingWeek();
  const query = { ...week, page_size: 100 };
  const [sessions, groups, events] = await Promise.all([
    load(mentorshipSessionsList({ client: core, query })),
    allPages((page) => load(groupSessionsList({ client: core, query: page }))),
    load(calendarEventsList({ client: core, query: { ...query, state: "scheduled" } })),
  ]);
  const problem = sessions.problem ?? groups.problem ?? events.problem;
  if (problem) {
    return { problem };
  }
  const ahead = (sessions.data?.results ?? []).filter(isToCome);
  const nameOf = await mentorNames(ahead.map(({ mentor }) => mentor));
  const found: Meeting[] = [
    ...ahead.map((one) => sessionMeeting(one, nameOf(one.mentor))),
    ...(groups.data ?? []).filter((one) => isSeatWithin(one, week)).map(groupMeeting),
    ...(events.data?.results ?? []).map(eventMeeting),
  ];
  return { data: found.sort((one, other) => one.startsAt.localeCompare(other.startsAt)) };
}

function isToCome({ state }: MentorshipSession): boolean {
  return state === "requested" || state === "confirmed";
}

function isSeatWithin(group: GroupSession, { from, to }: { from: string; to: string }): boolean {
  const [starts, ends] = [Date.parse(group.starts_at), Date.parse(group.ends_at)];
  const isSoon = ends > Date.parse(from) && starts < Date.parse(to);
  return isSoon && group.has_seat && group.cancelled_at === null;
}

function sessionMeeting({ id, starts_at, state }: MentorshipSession, mentor: string): Meeting {
  return { kind: "session", id, startsAt: starts_at, mentor, isConfirmed: state === "confirmed" };
}

function groupMeeting({ id, title, starts_at }: GroupSession): Meeting {
  return { kind: "group", id, title, startsAt: starts_at, location: "" };
}

function eventMeeting({ id, title, starts_at, location }: CalendarEvent): Meeting {
  return { kind: "event", id, title, startsAt: starts_at, location };
}

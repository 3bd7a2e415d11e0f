import "server-only";
import { getTranslations } from "next-intl/server";
import {
  type CalendarEvent,
  calendarEventsList,
  type MentorshipSession,
  mentorshipSessionsList,
  type SessionState,
} from "@/api/core";
import { core, load, type Refusal } from "@/server/caller";
import { me } from "@/server/me";

/** An event of an organization, or a session of a mentor and a learner. */
export interface Entry {
  id: string;
  title: string;
  description: string;
  location: string;
  starts_at: string;
  ends_at: string;
  /** Where it takes place; null for a session, which takes place anywhere. */
  time_zone: string | null;
  state: "planned" | "proposed" | "cancelled";
  href: string | null;
}

const STATES: Partial<Record<SessionState, Entry["state"]>> = {
  requested: "proposed",
  cancelled: "cancelled",
};

/** More than these in a week are in the feed, and on the page of the sessions. */
const MOST = 100;

export interface Entries {
  entries: Entry[];
  problems: Refusal[];
  /** Whether there are more than these. */
  areMore: boolean;
}

/** What the caller is part of between two times, by its start. */
export async function entriesBetween(from: Date, to: Date): Promise<Entries> {
  const times = { from: from.toISOString(), to: to.toISOString() };
  const query = { ...times, page_size: MOST };
  const [events, sessions, session] = await Promise.all([
    load(calendarEventsList({ client: core, query })),
    load(mentorshipSessionsList({ client: core, query })),
    sessionEntry(),
  ]);
  const entries = [
    ...(events.data?.results ?? []).map(eventEntry),
    ...(sessions.data?.results ?? []).map(session),
  ];
  return {
    entries: entries.sort((one, other) => one.starts_at.localeCompare(other.starts_at)),
    problems: [events.problem, sessions.problem].filter((problem) => problem !== undefined),
    areMore: Boolean(events.data?.next || sessions.data?.next),
  };
}

function eventEntry(event: CalendarEvent): Entry {
  const state = event.state === "cancelled" ? "cancelled" : "planned";
  return { ...event, state, href: null };
}

async function sessionEntry(): Promise<(session: MentorshipSession) => Entry> {
  const t = await getTranslations("calendar");
  const { id: userId } = await me();
  return ({ id, starts_at, ends_at, state, learner }) => ({
    ...{ id, starts_at, ends_at, time_zone: null, description: "", location: "" },
    title: learner === userId ? t("withMentor") : t("withLearner"),
    state: STATES[state] ?? "planned",
    href: "/mentorship/sessions",
  });
}

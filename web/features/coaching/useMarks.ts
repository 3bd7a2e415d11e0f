import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { HabitEntryState } from "@/api/core";
import { userOfPage } from "@/client/apiGateway";
import { type Unsent, unsentOf } from "@/client/unsent";
import { onChange, sendLater, store } from "@/client/unsentStore";
import { useSending } from "@/features/actions/useChange";
import type { HabitShared } from "./HabitCard";
import type { States } from "./WeekTable";

interface Marks {
  /** Of the habit. */
  path: string;
  title: string;
  recorded: States;
  shared: HabitShared;
}

interface Mark {
  local_date: string;
  state: HabitEntryState;
}

/** The days of a habit: recorded by core, kept on this phone, or just pressed. */
export function useMarks({ path, title, recorded, shared }: Marks) {
  const router = useRouter();
  const { isSending, errors, run } = useSending();
  const [pressed, setPressed] = useState<States>({});
  const [acceptedAt, setAcceptedAt] = useState<string | null>(null);
  const kept = useKept(`${path}log/`, () => setAcceptedAt(clockTime(shared.timeZone)));
  const [shown, setShown] = useState(recorded);
  if (shown !== recorded) {
    // What core says replaces what was pressed.
    setShown(recorded);
    setPressed({});
  }

  async function mark(date: string, state: HabitEntryState): Promise<void> {
    if (isSending) {
      return;
    }
    setPressed({ [date]: state });
    let isAccepted = false;
    const isDone = await run(async () => {
      const body: Mark = { state, local_date: date };
      const named = titleOf({ title, date, state, shared });
      const sent = { method: "POST", path: `${path}log/`, body, title: named } as const;
      isAccepted = (await sendLater(sent)).state === "accepted";
    });
    setAcceptedAt(isAccepted ? clockTime(shared.timeZone) : null);
    if (isAccepted) {
      router.refresh();
    }
    if (!isDone) {
      setPressed({});
    }
  }

  const isKept = Object.keys(kept).length > 0;
  const states: States = { ...recorded, ...kept, ...pressed };
  return { states, isSending, isKept, errors, acceptedAt, mark };
}

/** What waits on this phone for a path, the newest of each day; calls back when it is sent. */
function useKept(path: string, onSent: () => void): States {
  const router = useRouter();
  const [kept, setKept] = useState<States>({});

  // biome-ignore lint/correctness/useExhaustiveDependencies: the call back is another each time
  useEffect(() => {
    let before = 0;
    async function read(): Promise<void> {
      const waiting = await waitingFor(path);
      setKept(Object.fromEntries(waiting.map(({ local_date, state }) => [local_date, state])));
      if (before > 0 && waiting.length === 0) {
        onSent();
        router.refresh();
      }
      before = waiting.length;
    }
    void read();
    return onChange(() => void read());
  }, [path]);

  return kept;
}

async function waitingFor(path: string): Promise<Mark[]> {
  const userId = userOfPage();
  const unsent: Unsent[] = userId === null ? [] : await unsentOf(userId, store).catch(() => []);
  return unsent.filter((one) => one.path === path).map(({ body }) => body as Mark);
}

interface Named extends Pick<Marks, "title" | "shared"> {
  date: string;
  state: HabitEntryState;
}

/** "Read for 20 minutes, Thursday 26 November: done" */
function titleOf({ title, date, state, shared }: Named): string {
  const { texts, lastWeek, week } = shared;
  const day = [...lastWeek, ...week].find((one) => one.date === date);
  const word = { done: texts.done, skipped: texts.skipped, missed: texts.notDone }[state];
  return `${title}, ${day?.name}: ${word}`;
}

function clockTime(timeZone: string): string {
  const digits = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  return new Intl.DateTimeFormat("en", digits).format(new Date());
}

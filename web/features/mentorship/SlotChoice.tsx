import { getTranslations } from "next-intl/server";
import { mentorsListSlots, type Slot } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const DAY_MS = 24 * 3600 * 1000;

/** The free times of a mentor in the coming days. */
export function freeSlots(mentor_id: number, days: number) {
  const from = new Date();
  const to = new Date(from.getTime() + days * DAY_MS);
  const query = { from: from.toISOString(), to: to.toISOString() };
  return load(mentorsListSlots({ client: core, path: { mentor_id }, query }));
}

interface Properties {
  mentor_id: number;
  /** Of the mentor. */
  zone: string;
  days: number;
  none: string;
  /** Whether a time can be chosen, as the input `starts_at`. */
  canChoose: boolean;
}

/** Free times day by day, by the clock of the page and by the mentor's. */
export async function SlotChoice({ mentor_id, zone, days, none, canChoose }: Properties) {
  const [t, when, slots] = await Promise.all([
    getTranslations("mentorship.book"),
    times(),
    freeSlots(mentor_id, days),
  ]);
  if (slots.problem) {
    return <ProblemState problem={slots.problem} />;
  }
  if (slots.data.slots.length === 0) {
    return <p>{none}</p>;
  }
  const byDay = Map.groupBy(slots.data.slots, (slot) => when.day(slot.starts_at));
  const isSame = slots.data.slots.every(
    ({ starts_at }) => when.moment(starts_at) === when.moment(starts_at, zone),
  );
  return (
    <div className="stack">
      <p className="meta">
        {isSame
          ? when.zoneName()
          : t("legend", { zone: when.zoneName(), theirZone: when.zoneName(zone) })}
      </p>
      {[...byDay].map(([day, ofDay]) => (
        <fieldset className="stack tight" key={day}>
          <legend>{day}</legend>
          <div className="scale">
            {ofDay.map((slot) => (
              <SlotButton
                key={slot.starts_at}
                slot={slot}
                zone={isSame ? null : zone}
                canChoose={canChoose}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

interface SlotProperties {
  slot: Slot;
  /** The other zone, if its clock shows another time. */
  zone: string | null;
  canChoose: boolean;
}

async function SlotButton({ slot, zone, canChoose }: SlotProperties) {
  const [t, when] = [await getTranslations("mentorship.book"), await times()];
  const { starts_at } = slot;
  const own = { day: when.day(starts_at), clock: when.clock(starts_at), zone: when.zoneName() };
  const words = zone
    ? t("slotBoth", { ...own, theirs: when.clock(starts_at, zone), theirZone: when.zoneName(zone) })
    : t("slot", own);
  const shown = (
    <span>
      {when.clock(starts_at)}
      {zone && <small>{when.clock(starts_at, zone)}</small>}
    </span>
  );
  if (!canChoose) {
    return shown;
  }
  return (
    <label>
      <input type="radio" name="starts_at" value={starts_at} aria-label={words} />
      {shown}
    </label>
  );
}

import { getTimeZone, getTranslations } from "next-intl/server";
import { type GroupSession, groupSessionsList } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { TextField } from "@/features/actions/fields";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** Sessions of a mentor with several learners: to take a seat, to open one. */
export async function GroupSessions({ own_id, isMentor }: { own_id: number; isMentor: boolean }) {
  const [t, groups] = await Promise.all([
    getTranslations("mentorship.groups"),
    load(groupSessionsList({ client: core, query: { page_size: 50 } })),
  ]);
  const now = new Date();
  const coming = groups.data?.results.filter((one) => new Date(one.ends_at) > now) ?? [];
  if (coming.length === 0 && !isMentor && !groups.problem) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="groups">
      <h2 id="groups">{t("title")}</h2>
      {groups.problem && <ProblemState problem={groups.problem} />}
      {coming.length > 0 && (
        <ul className="list">
          {coming.map((group) => (
            <li key={group.id}>
              <Group group={group} own_id={own_id} isMentor={isMentor} />
            </li>
          ))}
        </ul>
      )}
      {isMentor && <OpenGroup />}
    </section>
  );
}

interface GroupProperties {
  group: GroupSession;
  own_id: number;
  isMentor: boolean;
}

async function Group({ group, own_id, isMentor }: GroupProperties) {
  const [t, when] = await Promise.all([getTranslations("mentorship.groups"), times()]);
  const { id, starts_at, seats, taken, has_seat, cancelled_at } = group;
  const path = `/mentorship/groups/${id}`;
  const isOpen = cancelled_at === null && new Date(starts_at) > new Date();
  return (
    <>
      <h3>{group.title}</h3>
      <p className="num">
        {when.moment(starts_at)}, {when.zoneName()}
      </p>
      <p className="meta">
        {cancelled_at ? t("cancelled") : t("seats", { taken, seats })}
        {has_seat && <>. {t("yours")}</>}
      </p>
      {isOpen && (
        <div className="acts">
          {group.mentor === own_id && (
            <ActionButton path={`${path}/cancel/`} className="btn quiet" hasKey={false}>
              {t("cancel")}
            </ActionButton>
          )}
          {!isMentor && has_seat && (
            <ActionButton method="delete" path={`${path}/seats/`} className="btn quiet">
              {t("leave")}
            </ActionButton>
          )}
          {!isMentor && !has_seat && taken < seats && (
            <ActionButton path={`${path}/seats/`} hasKey={false}>
              {t("take")}
            </ActionButton>
          )}
        </div>
      )}
    </>
  );
}

async function OpenGroup() {
  const [t, zone, when] = await Promise.all([
    getTranslations("mentorship.groups"),
    getTimeZone(),
    times(),
  ]);
  return (
    <details>
      <summary>{t("open")}</summary>
      <ApiForm
        path="/mentorship/groups/"
        shape={{ title: "text", starts_at: { zone }, ends_at: { zone }, seats: "number" }}
        fixed={{ time_zone: zone }}
        submit={t("submit")}
        done={t("done")}
      >
        <TextField id="group-title" name="title" label={t("name")} maxLength={200} />
        <div className="two stack">
          {(["start", "end"] as const).map((one) => (
            <TextField
              key={one}
              id={`group-${one}`}
              name={`${one}s_at`}
              type="datetime-local"
              label={t(one)}
              hint={when.zoneName()}
            />
          ))}
        </div>
        <TextField
          id="group-seats"
          name="seats"
          type="number"
          min={1}
          inputMode="numeric"
          label={t("seatsField")}
        />
      </ApiForm>
    </details>
  );
}

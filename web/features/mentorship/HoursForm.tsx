import { getFormatter, getTimeZone, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { MentorDetail } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, Choice, SelectField, TextField } from "@/features/actions/fields";
import { LANGUAGES, TRACKS } from "./choices";

const SPARE_ROWS = 3;
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 24 * 3600 * 1000;

const SHAPE = {
  about: "text",
  capacity: "number",
  is_accepting: "checked",
  tracks: "list",
  skills: "words",
  languages: "list",
  time_zone: "text",
  session_minutes: "number",
  rules: { rows: { weekday: "number", starts: "text", ends: "text" }, needs: "weekday" },
  overrides: { rows: { date: "text", starts: "nullable", ends: "nullable" }, needs: "date" },
} as const;

interface Properties {
  mentor_id: number;
  profile: MentorDetail | null;
}

/** The mentor's own profile: places, what they know, and the hours that can be chosen. */
export async function HoursForm({ mentor_id, profile }: Properties) {
  const t = await getTranslations("mentorship.hours");
  return (
    <ApiForm
      key={JSON.stringify(profile)}
      method="put"
      path={`/mentors/${mentor_id}/`}
      shape={SHAPE}
      submit={t("submit")}
      className="btn next"
      to="/mentorship/hours?saved=1"
      keeps
    >
      <About profile={profile} />
      <Strengths profile={profile} />
      <Zone profile={profile} />
      <Weekly profile={profile} />
      <Dates profile={profile} />
    </ApiForm>
  );
}

async function About({ profile }: { profile: MentorDetail | null }) {
  const t = await getTranslations("mentorship.hours");
  return (
    <>
      <AreaField
        id="about"
        name="about"
        label={t("about")}
        hint={t("aboutHint")}
        rows={5}
        maxLength={2000}
        defaultValue={profile?.about}
      />
      <div className="two stack">
        <TextField
          id="capacity"
          name="capacity"
          type="number"
          min={0}
          max={100}
          label={t("capacity")}
          defaultValue={profile?.capacity ?? 3}
        />
        <TextField
          id="minutes"
          name="session_minutes"
          type="number"
          min={15}
          max={240}
          step={5}
          label={t("minutes")}
          defaultValue={profile?.session_minutes ?? 60}
        />
      </div>
      <Choice
        name="is_accepting"
        label={t("accepting")}
        hint={t("acceptingHint")}
        defaultChecked={profile?.is_accepting ?? true}
      />
    </>
  );
}

/** By what learners choose their mentor. */
async function Strengths({ profile }: { profile: MentorDetail | null }) {
  const [t, all] = [await getTranslations("mentorship.hours"), await getTranslations("mentorship")];
  return (
    <>
      <Choices
        name="tracks"
        legend={t("tracks")}
        options={TRACKS.map((one) => ({ value: one, label: all(`tracks.${one}`) }))}
        chosen={profile?.tracks ?? []}
      />
      <Choices
        name="languages"
        legend={t("languages")}
        options={LANGUAGES.map((one) => ({ value: one, label: all(`languages.${one}`) }))}
        chosen={profile?.languages ?? []}
      />
      <TextField
        id="skills"
        name="skills"
        label={t("skills")}
        hint={t("skillsHint")}
        defaultValue={profile?.skills.join(", ")}
      />
    </>
  );
}

async function Zone({ profile }: { profile: MentorDetail | null }) {
  const [t, zone] = [await getTranslations("mentorship.hours"), await getTimeZone()];
  return (
    <TextField
      id="zone"
      name="time_zone"
      label={t("zone")}
      hint={t("zoneHint")}
      defaultValue={profile?.time_zone ?? zone}
    />
  );
}

interface ChoicesProperties {
  name: string;
  legend: string;
  options: { value: string; label: string }[];
  chosen: string[];
}

function Choices({ name, legend, options, chosen }: ChoicesProperties) {
  return (
    <fieldset className="stack tight">
      <legend>{legend}</legend>
      <div className="choices">
        {options.map(({ value, label }) => (
          <Choice
            key={value}
            name={name}
            value={value}
            label={label}
            defaultChecked={chosen.includes(value)}
          />
        ))}
      </div>
    </fieldset>
  );
}

async function Weekly({ profile }: { profile: MentorDetail | null }) {
  const [t, format] = [await getTranslations("mentorship.hours"), await getFormatter()];
  const days = Array.from({ length: 7 }, (_, day) => ({
    value: `${day}`,
    label: format.dateTime(MONDAY + day * DAY_MS, { weekday: "long", timeZone: "UTC" }),
  }));
  const rows = [...(profile?.rules ?? []), ...Array.from({ length: SPARE_ROWS }, () => null)];
  return (
    <fieldset className="stack">
      <legend>{t("weekly")}</legend>
      <p className="hint">{t("weeklyHint")}</p>
      {rows.map((rule, place) => (
        <Row key={rule ? `${rule.weekday} ${rule.starts}` : `spare ${place}`} number={place + 1}>
          <SelectField
            id={`rule-${place}-day`}
            name={`rules.${place}.weekday`}
            label={t("day")}
            options={[{ value: "", label: t("noDay") }, ...days]}
            defaultValue={rule ? `${rule.weekday}` : ""}
          />
          <Hours name={`rules.${place}`} starts={rule?.starts} ends={rule?.ends} />
        </Row>
      ))}
    </fieldset>
  );
}

async function Dates({ profile }: { profile: MentorDetail | null }) {
  const t = await getTranslations("mentorship.hours");
  const today = new Date().toISOString().slice(0, 10);
  const ahead = profile?.overrides.filter(({ date }) => date >= today) ?? [];
  const rows = [...ahead, ...Array.from({ length: SPARE_ROWS }, () => null)];
  return (
    <details open={ahead.length > 0}>
      <summary>{t("dates")}</summary>
      <div className="stack">
        <p className="hint">{t("datesHint")}</p>
        {rows.map((one, place) => (
          <Row key={one ? `${one.date} ${one.starts}` : `spare ${place}`} number={place + 1}>
            <TextField
              id={`date-${place}-day`}
              name={`overrides.${place}.date`}
              type="date"
              label={t("date")}
              defaultValue={one?.date}
            />
            <Hours name={`overrides.${place}`} starts={one?.starts} ends={one?.ends} />
          </Row>
        ))}
      </div>
    </details>
  );
}

async function Row({ number, children }: { number: number; children: ReactNode }) {
  const t = await getTranslations("mentorship.hours");
  return (
    <fieldset className="row">
      <legend className="hide">{t("row", { number })}</legend>
      {children}
    </fieldset>
  );
}

interface HoursProperties {
  name: string;
  starts: string | null | undefined;
  ends: string | null | undefined;
}

async function Hours({ name, starts, ends }: HoursProperties) {
  const t = await getTranslations("mentorship.hours");
  const fields = [
    { field: "starts", label: t("from"), value: starts },
    { field: "ends", label: t("to"), value: ends },
  ];
  return fields.map(({ field, label, value }) => (
    <TextField
      key={field}
      id={`${name}.${field}`}
      name={`${name}.${field}`}
      type="time"
      label={label}
      defaultValue={value?.slice(0, 5)}
    />
  ));
}

import { getTimeZone, getTranslations } from "next-intl/server";
import type { Cohort, Organization } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { Choice, SelectField, TextField } from "@/features/actions/fields";
import { ZoneOptions } from "@/features/settings/ZoneOptions";
import { zoneNames } from "@/features/settings/zones";
import type { NamedVersion } from "./versions";

const SHAPE = {
  name: "text",
  program_version: "text",
  starts_on: "optional",
  ends_on: "optional",
  time_zone: "text",
  public: "checked",
} as const;
/** The fields that these refusals are about. */
const ABOUT = {
  bad_dates: "ends_on",
  unknown_program_version: "program_version",
  not_found: "organization",
};

interface AddProperties {
  organizations: Organization[];
  versions: NamedVersion[];
}

export async function AddCohort({ organizations, versions }: AddProperties) {
  const [t, zone] = await Promise.all([getTranslations("cohorts.form"), getTimeZone()]);
  const options = organizations.map(({ id, name }) => ({ value: `${id}`, label: name }));
  return (
    <ApiForm
      path="/cohorts/"
      shape={{ ...SHAPE, organization: "number" }}
      about={ABOUT}
      submit={t("add")}
      className="btn next"
      to="/cohorts/{id}/edit?made=1"
      keeps
    >
      {organizations.length > 1 ? (
        <SelectField
          id="organization"
          name="organization"
          label={t("organization")}
          options={options}
        />
      ) : (
        <input type="hidden" name="organization" value={organizations[0]?.id} />
      )}
      <Fields versions={versions} zone={zone} />
    </ApiForm>
  );
}

interface ChangeProperties {
  cohort: Cohort;
  /** Of the cohort as it is shown. */
  etag: string | null;
  versions: NamedVersion[];
  className: string;
}

export async function ChangeCohort({ cohort, etag, versions, className }: ChangeProperties) {
  const t = await getTranslations("cohorts.form");
  return (
    <ApiForm
      method="patch"
      path={`/cohorts/${cohort.id}/`}
      shape={SHAPE}
      about={ABOUT}
      ifMatch={etag}
      submit={t("save")}
      className={className}
      done={t("saved")}
      keeps
    >
      <Fields cohort={cohort} versions={versions} zone={cohort.time_zone} />
    </ApiForm>
  );
}

interface FieldsProperties {
  cohort?: Cohort;
  versions: NamedVersion[];
  zone: string;
}

async function Fields({ cohort, versions, zone }: FieldsProperties) {
  const t = await getTranslations("cohorts.form");
  return (
    <>
      <TextField
        id="name"
        name="name"
        label={t("name")}
        hint={t("nameHint")}
        maxLength={120}
        autoComplete="off"
        defaultValue={cohort?.name}
      />
      <VersionField versions={versions} cohort={cohort} />
      <div className="two stack">
        <TextField
          id="starts-on"
          name="starts_on"
          type="date"
          label={t("startsOn")}
          defaultValue={cohort?.starts_on}
        />
        <TextField
          id="ends-on"
          name="ends_on"
          type="date"
          label={t("endsOn")}
          defaultValue={cohort?.ends_on}
        />
      </div>
      <ZoneField zone={zone} />
      <Choice
        name="public"
        label={t("public")}
        hint={t("publicHint")}
        defaultChecked={cohort?.public}
      />
    </>
  );
}

interface VersionProperties {
  cohort: Cohort | undefined;
  versions: NamedVersion[];
}

async function VersionField({ cohort, versions }: VersionProperties) {
  const t = await getTranslations("cohorts.form");
  const options = versions.map(({ id, title, number }) => ({
    value: id,
    label: t("versionOption", { title, number }),
  }));
  const chosen = cohort?.program_version;
  if (cohort && !options.some(({ value }) => value === chosen)) {
    const { title } = cohort.program;
    options.unshift({ value: cohort.program_version, label: t("versionPresent", { title }) });
  }
  return (
    <SelectField
      id="program-version"
      name="program_version"
      label={t("version")}
      {...(cohort && { hint: t("versionHint") })}
      options={options}
      defaultValue={chosen}
    />
  );
}

async function ZoneField({ zone }: { zone: string }) {
  const t = await getTranslations("cohorts.form");
  return (
    <SelectField
      id="time-zone"
      name="time_zone"
      label={t("zone")}
      hint={t("zoneHint")}
      defaultValue={zone}
    >
      <ZoneOptions names={zoneNames(zone).join(" ")} other={t("otherZones")} />
    </SelectField>
  );
}

import { getLocale, getTimeZone, getTranslations } from "next-intl/server";
import type { Cohort, Organization } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { Choice, SelectField, TextField } from "@/features/actions/fields";
import type { ComparedField } from "@/features/dialog/differences";
import { VersionedForm } from "@/features/dialog/VersionedForm";
import { ZoneOptions } from "@/features/settings/ZoneOptions";
import { zoneNames } from "@/features/settings/zones";
import { textsOf } from "@/server/texts";
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
  const [t, locale] = await Promise.all([getTranslations("cohorts.form"), getLocale()]);
  return (
    <VersionedForm
      method="patch"
      path={`/cohorts/${cohort.id}/`}
      shape={SHAPE}
      about={ABOUT}
      ifMatch={etag}
      shown={{ ...cohort }}
      fields={await comparedFields(versions, cohort)}
      page={`/cohorts/${cohort.id}/edit`}
      versions={(await textsOf("cohorts")).form.versions}
      locale={locale}
      submit={t("save")}
      className={className}
      done={t("saved")}
      keeps
    >
      <Fields cohort={cohort} versions={versions} zone={cohort.time_zone} />
    </VersionedForm>
  );
}

/** The fields of the form, as both versions of a cohort name them. */
async function comparedFields(versions: NamedVersion[], cohort: Cohort): Promise<ComparedField[]> {
  const t = await getTranslations("cohorts.form");
  const options = await versionOptions(versions, cohort);
  const titles = Object.fromEntries(options.map(({ value, label }) => [value, label]));
  return [
    { name: "name", label: t("name") },
    { name: "program_version", label: t("version"), values: titles },
    { name: "starts_on", label: t("startsOn"), isDate: true },
    { name: "ends_on", label: t("endsOn"), isDate: true },
    { name: "time_zone", label: t("zone") },
    { name: "public", label: t("public"), values: { true: t("yes"), false: t("no") } },
  ];
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

async function versionOptions(versions: NamedVersion[], cohort: Cohort | undefined) {
  const t = await getTranslations("cohorts.form");
  const options = versions.map(({ id, title, number }) => ({
    value: id,
    label: t("versionOption", { title, number }),
  }));
  if (cohort && !options.some(({ value }) => value === cohort.program_version)) {
    const { title } = cohort.program;
    options.unshift({ value: cohort.program_version, label: t("versionPresent", { title }) });
  }
  return options;
}

async function VersionField({ cohort, versions }: VersionProperties) {
  const t = await getTranslations("cohorts.form");
  return (
    <SelectField
      id="program-version"
      name="program_version"
      label={t("version")}
      {...(cohort && { hint: t("versionHint") })}
      options={await versionOptions(versions, cohort)}
      defaultValue={cohort?.program_version}
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

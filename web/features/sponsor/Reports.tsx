import { getTranslations } from "next-intl/server";
import type { SponsoredOrganization, SponsorReport, SponsorReportPage } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { SelectField } from "@/features/actions/fields";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pages } from "@/features/actions/Pages";
import { FileBadge } from "@/features/exports/FileBadge";
import { FileLink } from "@/features/exports/FileLink";
import { LookAgain } from "@/features/exports/LookAgain";
import { times } from "@/features/times/times";

const REPORTS = "/dashboard/staff/reports";
const SHAPE = { organization: "number" } as const;

/** Asks for a report about an organization. */
export async function AskReport({ organizations }: { organizations: SponsoredOrganization[] }) {
  const t = await getTranslations("sponsor.reports");
  return (
    <section className="card" aria-labelledby="ask">
      <h2 id="ask">{t("ask")}</h2>
      <ApiForm
        path="/sponsor/reports/"
        shape={SHAPE}
        submit={t("make")}
        className="btn next"
        done={t("made")}
        hasKey={false}
        keeps
      >
        <SelectField
          id="organization"
          name="organization"
          label={t("organization")}
          options={organizations.map(({ organization, name }) => ({
            value: `${organization}`,
            label: name,
          }))}
        />
      </ApiForm>
    </section>
  );
}

interface Properties {
  reports: SponsorReportPage;
  organizations: SponsoredOrganization[];
}

/** The reports that the caller asked for, the newest first. */
export async function Reports({ reports, organizations }: Properties) {
  const [t, pages] = await Promise.all([
    getTranslations("sponsor.reports"),
    getTranslations("cohorts"),
  ]);
  const { results, next, previous } = reports;
  const names = new Map(organizations.map(({ organization, name }) => [organization, name]));
  return (
    <section className="stack" aria-labelledby="reports">
      <h2 id="reports">{t("heading")}</h2>
      {results.length === 0 && <p>{t("none")}</p>}
      {results.some(({ state }) => state === "under_way") && <LookAgain page={REPORTS} />}
      {results.length > 0 && (
        <table className="tbl">
          <caption>{t("caption")}</caption>
          <HeadRow heads={[{ text: t("report") }, { text: t("state") }, { text: t("file") }]} />
          <tbody>
            {results.map((one) => (
              <Row
                key={one.id}
                report={one}
                name={names.get(one.organization) ?? t("otherOrganization")}
              />
            ))}
          </tbody>
        </table>
      )}
      <Pages
        label={pages("pages")}
        next={next}
        previous={previous}
        page={REPORTS}
        texts={{ next: pages("next"), previous: pages("previous") }}
      />
    </section>
  );
}

async function Row({ report, name }: { report: SponsorReport; name: string }) {
  const [t, when] = await Promise.all([getTranslations("sponsor.reports"), times()]);
  const { id, as_of, state, expires_at } = report;
  return (
    <tr>
      <th scope="row">
        <div>
          {name}
          <p className="meta">{t("asOf", { time: when.dateAndClock(as_of) })}</p>
        </div>
      </th>
      <td data-l={t("state")}>
        <div>
          <FileBadge state={state} />
        </div>
      </td>
      <td data-l={t("file")}>
        <div>
          <FileLink
            state={state}
            expiresAt={expires_at}
            path={`/sponsor/reports/${id}/download/`}
            name={name}
          />
        </div>
      </td>
    </tr>
  );
}

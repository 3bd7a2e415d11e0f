import { getTranslations } from "next-intl/server";
import type { Seatless, SeatOutcome, SponsoredOrganization } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Count } from "./Count";

const OUTCOMES: SeatOutcome[] = ["offered", "active", "completed", "certified"];
const SEATLESS: (keyof Seatless)[] = ["applied", "withdrawn", "expired"];

/** The seats of an organization, what became of them, and the enrolments without one. */
export async function Organization({ organization }: { organization: SponsoredOrganization }) {
  const t = await getTranslations("sponsor");
  const { organization: id, name, size, used, free, outcomes, seatless } = organization;
  const seats = [
    { text: t("size"), value: size },
    { text: t("used"), value: used },
    { text: t("free"), value: free },
  ];
  const what = OUTCOMES.map((key) => ({ text: t(`outcomes.${key}`), value: outcomes[key] }));
  const none = SEATLESS.map((key) => ({ text: t(`seatless.${key}`), value: seatless[key] }));
  return (
    <section className="stack" aria-labelledby={`organization-${id}`}>
      <h2 id={`organization-${id}`}>{name}</h2>
      <div className="two stack">
        <div className="card">
          <Counts caption={t("seatsCaption")} rows={[...seats, ...what]} />
        </div>
        <div className="card">
          <Counts caption={t("seatlessCaption")} rows={none} />
        </div>
      </div>
    </section>
  );
}

interface CountsProperties {
  caption: string;
  rows: { text: string; value: number | null }[];
}

async function Counts({ caption, rows }: CountsProperties) {
  const t = await getTranslations("sponsor");
  return (
    <table className="tbl keep">
      <caption>{caption}</caption>
      <HeadRow heads={[{ text: t("what") }, { text: t("number"), isRight: true }]} />
      <tbody>
        {rows.map(({ text, value }) => (
          <tr key={text}>
            <th scope="row">{text}</th>
            <td className="r">
              <Count value={value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

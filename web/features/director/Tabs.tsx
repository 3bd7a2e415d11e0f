import { getTranslations } from "next-intl/server";
import type { Role } from "@/api/core";
import { me } from "@/server/me";

const PAGES = {
  today: "/dashboard/staff",
  numbers: "/dashboard/staff/numbers",
  risk: "/dashboard/staff/at-risk",
  compare: "/dashboard/staff/compare",
  seats: "/dashboard/staff/seats",
  reports: "/dashboard/staff/reports",
  files: "/dashboard/staff/files",
} as const;

type Name = keyof typeof PAGES;

const OF_COHORTS: Name[] = ["numbers", "risk", "compare"];
const OF_SPONSORS: Name[] = ["seats", "reports"];
const SHOWN: Partial<Record<Role, Name[]>> = {
  director: ["today", ...OF_COHORTS, "files"],
  sponsor: ["today", ...OF_SPONSORS, "files"],
  admin: ["today", ...OF_COHORTS, ...OF_SPONSORS, "files"],
};
/** The pages that can be about one cohort. */
const WITH_COHORT = new Set<Name>([...OF_COHORTS, "files"]);

interface Properties {
  current: Name;
  /** Kept from page to page. */
  cohort?: string | undefined;
}

export async function Tabs({ current, cohort }: Properties) {
  const [t, { role }] = await Promise.all([getTranslations("director.tabs"), me()]);
  return (
    <nav className="tabs" aria-label={t("label")}>
      {(SHOWN[role] ?? []).map((name) => (
        <a
          key={name}
          href={cohort && WITH_COHORT.has(name) ? `${PAGES[name]}?cohort=${cohort}` : PAGES[name]}
          aria-current={name === current ? "page" : undefined}
        >
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

import { getTranslations } from "next-intl/server";

const PAGES = {
  today: "/dashboard/staff",
  numbers: "/dashboard/staff/numbers",
  risk: "/dashboard/staff/at-risk",
  compare: "/dashboard/staff/compare",
} as const;

interface Properties {
  current: keyof typeof PAGES;
  /** Kept from page to page. */
  cohort?: string | undefined;
}

export async function Tabs({ current, cohort }: Properties) {
  const t = await getTranslations("director.tabs");
  const names = Object.keys(PAGES) as (keyof typeof PAGES)[];
  return (
    <nav className="tabs" aria-label={t("label")}>
      {names.map((name) => (
        <a
          key={name}
          href={cohort && name !== "today" ? `${PAGES[name]}?cohort=${cohort}` : PAGES[name]}
          aria-current={name === current ? "page" : undefined}
        >
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

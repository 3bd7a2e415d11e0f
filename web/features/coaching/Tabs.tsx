import { getTranslations } from "next-intl/server";

const PAGES = {
  week: "/coaching",
  goals: "/coaching/goals",
  reflections: "/coaching/reflections",
  insights: "/coaching/insights",
};

export async function Tabs({ current }: { current: keyof typeof PAGES }) {
  const t = await getTranslations("coaching.tabs");
  return (
    <nav className="tabs" aria-label={t("label")}>
      {(["week", "goals", "reflections", "insights"] as const).map((name) => (
        <a key={name} href={PAGES[name]} aria-current={name === current ? "page" : undefined}>
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

import { getTranslations } from "next-intl/server";

const PAGES = {
  me: "/settings",
  security: "/settings/security",
  notifications: "/settings/notifications",
  data: "/settings/export",
};

export async function Tabs({ current }: { current: keyof typeof PAGES }) {
  const t = await getTranslations("settings.tabs");
  return (
    <nav className="tabs" aria-label={t("label")}>
      {(["me", "security", "notifications", "data"] as const).map((name) => (
        <a key={name} href={PAGES[name]} aria-current={name === current ? "page" : undefined}>
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

import { getTranslations } from "next-intl/server";
import { me } from "@/server/me";

const PAGES = {
  me: "/settings",
  security: "/settings/security",
  notifications: "/settings/notifications",
  billing: "/settings/billing",
  data: "/settings/export",
};
const NAMES = ["me", "security", "notifications", "billing", "data"] as const;

export async function Tabs({ current }: { current: keyof typeof PAGES }) {
  const [t, { role }] = [await getTranslations("settings.tabs"), await me()];
  const names = NAMES.filter((name) => name !== "billing" || role === "learner");
  return (
    <nav className="tabs" aria-label={t("label")}>
      {names.map((name) => (
        <a key={name} href={PAGES[name]} aria-current={name === current ? "page" : undefined}>
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

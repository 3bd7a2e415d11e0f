import type { Messages } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Role } from "@/api/core";
import { SyncStrip } from "@/features/offline/SyncStrip";
import { Brand } from "./Brand";
import { Icon, type IconName } from "./Icon";

type Place = { name: keyof Messages["shell"]["places"]; icon: IconName; href: string };

const LEARNER: Place[] = [
  { name: "home", icon: "home", href: "/dashboard/student" },
  { name: "learn", icon: "learn", href: "/learn" },
  { name: "missions", icon: "mission", href: "/missions" },
  { name: "coaching", icon: "habit", href: "/coaching" },
  { name: "me", icon: "me", href: "/settings" },
];
const MENTOR: Place[] = [
  { name: "reviews", icon: "queue", href: "/reviews" },
  { name: "mentees", icon: "people", href: "/mentees" },
  { name: "sessions", icon: "clock", href: "/mentorship/sessions" },
  { name: "messages", icon: "message", href: "/messages" },
  { name: "me", icon: "me", href: "/settings" },
];
const STAFF: Place[] = [
  { name: "home", icon: "home", href: "/dashboard/staff" },
  { name: "members", icon: "people", href: "/members" },
  { name: "cohorts", icon: "learn", href: "/cohorts" },
  { name: "reports", icon: "alert", href: "/conduct" },
  { name: "me", icon: "me", href: "/settings" },
];
const SPONSOR = STAFF.filter(({ name }) => name !== "reports");
const PLACES: Record<Role, Place[]> = {
  learner: LEARNER,
  mentor: MENTOR,
  director: STAFF,
  sponsor: SPONSOR,
  admin: STAFF,
};

/** The page a signed-in user begins with. */
export function homeOf(role: Role): string {
  return PLACES[role][0]?.href ?? "/";
}

interface Properties {
  userId: number;
  role: Role;
  unread: number | null;
  page: string;
  children: ReactNode;
}

/** `true` for a page below it. */
function currentOf(page: string, href: string): "page" | "true" | undefined {
  const path = page.split("?")[0] ?? "";
  if (path === href) {
    return "page";
  }
  return path.startsWith(`${href}/`) ? "true" : undefined;
}

/** The bar on top, the navigation at the thumb or at the side, and the page. */
export async function Shell({ userId, role, unread, page, children }: Properties) {
  const t = await getTranslations("shell");
  return (
    <div className="shell" data-user={userId}>
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <header className="top">
        <Brand href={homeOf(role)} />
        <SyncStrip userId={userId} kept={t.raw("kept")} offline={t("offline")} />
        <a className="tool" href="/search">
          <Icon name="search" />
          <span className="hide">{t("search")}</span>
        </a>
        <a className="tool" href="/notifications">
          <Icon name="bell" />
          <span className="hide">{t("notifications")}</span>
          {unread ? (
            <b>
              {unread}
              <span className="hide"> {t("new")}</span>
            </b>
          ) : null}
        </a>
      </header>
      <nav className="nav" aria-label={t("main")}>
        <ul>
          {PLACES[role].map(({ name, icon, href }) => (
            <li key={name}>
              <a href={href} aria-current={currentOf(page, href)}>
                <Icon name={icon} />
                {t(`places.${name}`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

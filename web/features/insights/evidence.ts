const PAGES = {
  goals: () => "/coaching/goals",
  habits: () => "/coaching",
  "habit-entries": () => "/coaching",
  enrolments: () => "/cohorts",
  sessions: () => "/mentorship/sessions",
  missions: (id: string) => `/missions/${id}`,
  submissions: () => "/missions",
} as const;

export type EvidenceKind = keyof typeof PAGES;

export interface Evidence {
  kind: EvidenceKind;
  href: string;
}

/** The page that shows a fact, which is named as `<kind>:<id>@<version>`; null for other kinds. */
export function evidenceOf(fact: string): Evidence | null {
  const [, kind = "", id = ""] = /^([a-z-]+):(.+)@\d+$/.exec(fact) ?? [];
  return isKnown(kind) ? { kind, href: PAGES[kind](encodeURIComponent(id)) } : null;
}

function isKnown(kind: string): kind is EvidenceKind {
  return Object.hasOwn(PAGES, kind);
}

/** Where a notification leads, by its kind or the app that it comes from. */
const PAGES: Record<string, string> = {
  "access.learner_assigned": "/mentees",
  "access.mentor_assigned": "/mentorship/sessions",
  "coaching.goal_due": "/coaching/goals",
  "coaching.goal_near": "/coaching/goals",
  coaching: "/coaching",
  "conduct.reported": "/conduct",
  "mentorship.flag_raised": "/mentees",
  "mentorship.message_received": "/messages",
  mentorship: "/mentorship/sessions",
  "reviews.decided": "/missions",
  reviews: "/reviews",
  submissions: "/missions",
  "users.new_device": "/settings",
  users: "/settings/security",
};

export function addressOf(kind: string): string | null {
  return PAGES[kind] ?? PAGES[kind.split(".")[0] ?? ""] ?? null;
}

import type { ReportOutcome, ReportState } from "@/api/core";

export const STATES: ReportState[] = ["open", "in_review", "resolved", "dismissed"];
export const OUTCOMES: ReportOutcome[] = [
  "advice",
  "warning",
  "match_ended",
  "role_revoked",
  "referred",
];

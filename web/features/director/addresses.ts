import type { RiskRule } from "@/api/core";

interface Filter {
  cohort?: string | undefined;
  rule?: RiskRule | undefined;
}

export function riskAddress({ cohort, rule }: Filter): string {
  const query = new URLSearchParams({ ...(cohort && { cohort }), ...(rule && { rule }) });
  return query.size ? `/dashboard/staff/at-risk?${query}` : "/dashboard/staff/at-risk";
}

import type { ReactNode } from "react";
import { Narrow } from "@/features/shell/Narrow";
import { requireSession } from "@/server/caller";

export default async function Onboarding({ children }: { children: ReactNode }) {
  await requireSession();
  return <Narrow>{children}</Narrow>;
}

import type { ReactNode } from "react";
import { NarrowPage } from "@/features/shell/NarrowPage";
import { requireSession } from "@/server/caller";

export default async function Onboarding({ children }: { children: ReactNode }) {
  await requireSession();
  return <NarrowPage>{children}</NarrowPage>;
}

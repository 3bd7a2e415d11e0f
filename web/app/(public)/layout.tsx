import type { ReactNode } from "react";
import { NarrowPage } from "@/features/shell/NarrowPage";

export default function Public({ children }: { children: ReactNode }) {
  return <NarrowPage>{children}</NarrowPage>;
}

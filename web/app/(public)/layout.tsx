import type { ReactNode } from "react";
import { Narrow } from "@/features/shell/Narrow";

export default function Public({ children }: { children: ReactNode }) {
  return <Narrow>{children}</Narrow>;
}

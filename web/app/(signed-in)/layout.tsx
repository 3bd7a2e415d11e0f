import type { ReactNode } from "react";
import { Shell } from "@/features/shell/Shell";
import { pageAddress } from "@/server/address";
import { me, unreadCount } from "@/server/me";

export default async function SignedIn({ children }: { children: ReactNode }) {
  const [user, unread, page] = await Promise.all([me(), unreadCount(), pageAddress()]);
  return (
    <Shell userId={user.id} role={user.role} unread={unread} page={page}>
      {children}
    </Shell>
  );
}

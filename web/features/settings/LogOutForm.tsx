import { getTranslations } from "next-intl/server";
import { LogOut } from "@/features/offline/LogOut";
import { me } from "@/server/me";

/** Asks first where something of the user's is unsent. */
export async function LogOutForm() {
  const t = await getTranslations("offline");
  const { id } = await me();
  return <LogOut userId={id} texts={t.raw("logOut")} />;
}

import { LogOut } from "@/features/offline/LogOut";
import { me } from "@/server/me";
import { textsOf } from "@/server/texts";

/** Asks first where something of the user's is unsent. */
export async function LogOutForm() {
  const { id } = await me();
  return <LogOut userId={id} texts={(await textsOf("offline")).logOut} />;
}

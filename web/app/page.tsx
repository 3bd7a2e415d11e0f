import { redirect } from "next/navigation";
import { homeOf } from "@/features/shell/Shell";
import { session } from "@/server/caller";
import { me } from "@/server/me";

/** The front door: the user's home, or the log-in. */
export default async function RootPage() {
  redirect((await session()) ? homeOf((await me()).role) : "/log-in");
}

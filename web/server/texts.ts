import "server-only";
import type { Messages } from "next-intl";
import { getMessages } from "next-intl/server";

/** The texts of a namespace as they are, for a script that puts in what it knows. */
export async function textsOf<N extends keyof Messages>(namespace: N): Promise<Messages[N]> {
  return (await getMessages())[namespace];
}

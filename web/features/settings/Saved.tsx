import { getTranslations } from "next-intl/server";
import { Note } from "@/features/shell/Note";
import { type Query, queryText } from "@/server/pages";

const PARTS = ["name", "language", "data", "guardian", "birth-year", "quiet"] as const;

/** What the form before this page saved. */
export async function Saved({ query }: { query: Query }) {
  const t = await getTranslations("settings.saved");
  const saved = queryText(query, "saved");
  const part = PARTS.find((name) => name === saved);
  return part ? <Note kind="ok" icon="check" title={t(part)} /> : null;
}

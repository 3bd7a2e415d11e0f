import { getTranslations } from "next-intl/server";
import type { MissingPart } from "@/api/ai";

/** What could not be read for an answer. */
export async function Missing({ parts }: { parts: MissingPart[] | undefined }) {
  const t = await getTranslations("curriculum.missing");
  return parts && parts.length > 0 ? (
    <ul className="meta">
      {parts.map((part) => (
        <li key={part}>{t(part)}</li>
      ))}
    </ul>
  ) : null;
}

import { getTranslations } from "next-intl/server";
import { conductBlocksList, type Match } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { partnerNames } from "@/features/mentorship/partners";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** Whom the user keeps away, to let them reach the user again. */
export async function Blocks({ matches, own_id }: { matches: Match[]; own_id: number }) {
  const [t, when, blocks, nameOf] = await Promise.all([
    getTranslations("messages.blocks"),
    times(),
    load(conductBlocksList({ client: core, query: { page_size: 100 } })),
    partnerNames(matches, own_id),
  ]);
  if (!blocks.data || blocks.data.results.length === 0) {
    return null;
  }
  const named = blocks.data.results.map((block) => {
    const match = matches.find(({ learner, mentor }) => [learner, mentor].includes(block.blocked));
    return { ...block, name: match ? nameOf(match) : t("person", { id: block.blocked }) };
  });
  return (
    <details>
      <summary>{t("title")}</summary>
      <ul className="list">
        {named.map(({ id, name, created_at }) => (
          <li className="row apart" key={id}>
            <span>
              {name} <span className="meta">{t("since", { date: when.date(created_at) })}</span>
            </span>
            <ActionButton method="delete" path={`/conduct/blocks/${id}/`} className="btn quiet">
              {t("end", { name })}
            </ActionButton>
          </li>
        ))}
      </ul>
    </details>
  );
}

import type { Portfolio, ShownRequest } from "@/api/core";

export interface Choosable {
  id: string;
  title: string;
  day: string;
}

/**
 * What was chosen: first what the portfolio shows already, in its order, then the rest. What it shows
 * and the form does not list stays.
 */
export function itemsOf(
  fields: FormData,
  portfolio: Pick<Portfolio, "items">,
  listed: ReadonlySet<string>,
): ShownRequest[] {
  const withWork = new Set(fields.getAll("with-work"));
  const places = new Map(
    portfolio.items.map(({ work, certificate }, place) => [
      work?.submission ?? certificate?.certificate,
      place,
    ]),
  );
  const unlisted = portfolio.items.flatMap(({ work, certificate }) => {
    const id = work?.submission ?? certificate?.certificate ?? "";
    return listed.has(id) ? [] : { id, isWork: work !== null, showsWork: work?.shows_work };
  });
  const chosen = [
    ...unlisted,
    ...fields.getAll("work").map((id) => ({
      id: id as string,
      isWork: true,
      showsWork: withWork.has(id),
    })),
    ...fields.getAll("certificate").map((id) => ({
      id: id as string,
      isWork: false,
      showsWork: false,
    })),
  ];
  const placeOf = (id: string) => places.get(id) ?? places.size;
  return chosen
    .sort((one, other) => placeOf(one.id) - placeOf(other.id))
    .map(({ id, isWork, showsWork = false }) =>
      isWork ? { submission: id, shows_work: showsWork } : { certificate: id },
    );
}

import type { Portfolio, ShownRequest } from "@/api/core";

export interface Choosable {
  id: string;
  title: string;
  day: string;
}

/** What was chosen: first what the portfolio shows already, in its order, then the rest. */
export function itemsOf(fields: FormData, portfolio: Pick<Portfolio, "items">): ShownRequest[] {
  const withWork = new Set(fields.getAll("with-work"));
  const places = new Map(
    portfolio.items.map(({ work, certificate }, place) => [
      work?.submission ?? certificate?.certificate,
      place,
    ]),
  );
  const chosen = [
    ...fields.getAll("work").map((id) => ({ id: id as string, isWork: true })),
    ...fields.getAll("certificate").map((id) => ({ id: id as string, isWork: false })),
  ];
  const placeOf = (id: string) => places.get(id) ?? places.size;
  return chosen
    .sort((one, other) => placeOf(one.id) - placeOf(other.id))
    .map(({ id, isWork }) =>
      isWork ? { submission: id, shows_work: withWork.has(id) } : { certificate: id },
    );
}

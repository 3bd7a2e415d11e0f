export interface ZoneGroup {
  region: string;
  zones: { name: string; place: string }[];
}

/** The time zones by region, Africa first, each as the place it is named after. */
export function zoneGroups(chosen: string): ZoneGroup[] {
  const names = new Set(Intl.supportedValuesOf("timeZone")).add(chosen).add("UTC");
  const groups = new Map<string, ZoneGroup["zones"]>([["Africa", []]]);
  for (const name of [...names].sort()) {
    const [region = "", ...place] = name.split("/");
    const group = place.length ? region : "";
    const zones = groups.get(group) ?? [];
    zones.push({ name, place: (place.join(", ") || name).replaceAll("_", " ") });
    groups.set(group, zones);
  }
  return [...groups].map(([region, zones]) => ({ region, zones }));
}

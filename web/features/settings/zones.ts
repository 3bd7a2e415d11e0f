export interface ZoneGroup {
  region: string;
  zones: { name: string; place: string }[];
}

/** The names of all time zones, with the chosen one. */
export function zoneNames(chosen: string): string[] {
  return [...new Set(Intl.supportedValuesOf("timeZone")).add(chosen).add("UTC")].sort();
}

/** The time zones by region, Africa first, each as the place it is named after. */
export function zoneGroups(names: string[]): ZoneGroup[] {
  const groups = new Map<string, ZoneGroup["zones"]>([["Africa", []]]);
  for (const name of names) {
    const [region = "", ...place] = name.split("/");
    const group = place.length ? region : "";
    const zones = groups.get(group) ?? [];
    zones.push({ name, place: (place.join(", ") || name).replaceAll("_", " ") });
    groups.set(group, zones);
  }
  return [...groups].map(([region, zones]) => ({ region, zones }));
}

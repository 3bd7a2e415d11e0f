"use client";

import { zoneGroups } from "./zones";

interface Properties {
  /** With spaces between them: as elements they would weigh several times as much. */
  names: string;
  /** Of the zones without a region. */
  other: string;
}

/** The options of a choice of time zones. */
export function ZoneOptions({ names, other }: Properties) {
  return zoneGroups(names.split(" ")).map(({ region, zones }) => (
    <optgroup key={region} label={region || other}>
      {zones.map(({ name, place }) => (
        <option key={name} value={name}>
          {place}
        </option>
      ))}
    </optgroup>
  ));
}

"use client";

import { useState } from "react";
import { SelectField } from "@/features/actions/fields";
import type { Option } from "./places";

type Scope = "organization" | "cohort" | "learner";

/** Where each role may be granted, as the API allows it. */
const ALLOWED: Record<string, Scope[]> = {
  learner: ["organization", "cohort"],
  mentor: ["organization", "cohort", "learner"],
  director: ["organization", "cohort"],
  sponsor: ["organization"],
};

interface Properties {
  roles: Option[];
  scopes: { value: Scope; label: string; place: string }[];
  places: Record<Scope, Option[]>;
  texts: { role: string; scope: string };
}

/** The role, the kind of place where it is granted, and the place. */
export function GrantFields({ roles, scopes, places, texts }: Properties) {
  const [role, setRole] = useState(roles[0]?.value ?? "");
  const [chosen, setChosen] = useState<Scope>("organization");
  const options = scopes.filter(
    ({ value }) => ALLOWED[role]?.includes(value) && places[value].length > 0,
  );
  const scope = options.find(({ value }) => value === chosen) ?? options[0];
  return (
    <>
      <SelectField
        id="role"
        name="role"
        label={texts.role}
        options={roles}
        value={role}
        onChange={(event) => setRole(event.target.value)}
      />
      {scope && (
        <>
          <SelectField
            id="scope"
            name="scope"
            label={texts.scope}
            options={options}
            value={scope.value}
            onChange={(event) => setChosen(event.target.value as Scope)}
          />
          <SelectField
            key={scope.value}
            id="place"
            name={scope.value}
            label={scope.place}
            options={places[scope.value]}
          />
        </>
      )}
    </>
  );
}

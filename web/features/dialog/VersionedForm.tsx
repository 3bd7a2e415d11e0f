"use client";

import { useRouter } from "next/navigation";
import { useRef, useState, useTransition } from "react";
import { apiGateway } from "@/client/apiGateway";
import { ApiForm, type FormProperties } from "@/features/actions/ApiForm";
import type { Body } from "@/features/actions/body";
import { Errors } from "@/features/actions/Errors";
import { useSending } from "@/features/actions/useChange";
import { type ComparedField, differingFields, fieldLines } from "./differences";
import { TwoVersions, type VersionTexts } from "./TwoVersions";

interface Properties extends FormProperties {
  ifMatch: string | null;
  /** Those that both versions are compared by, in the order of the form. */
  fields: ComparedField[];
  versions: VersionTexts;
  locale: string;
}

interface Conflict {
  /** The version from which the page was made. */
  base: string | null;
  /** The version that is stored now. */
  etag: string | null;
  sent: Body;
  stored: Body;
  isOpen: boolean;
}

/** A form that changes an object, and shows both versions if somebody changed it meanwhile. */
export function VersionedForm(properties: Properties) {
  const { ifMatch, fields, versions, locale, ...form } = properties;
  const place = useRef<HTMLDivElement>(null);
  const conflict = useConflict(properties);
  const { known, differing, isSame } = conflict;
  const isOpen = known?.isOpen && differing.length > 0;

  function keepMine(): void {
    conflict.close();
    place.current?.querySelector("form")?.requestSubmit();
  }

  return (
    <>
      <div ref={place} hidden={isOpen}>
        <ApiForm
          key={conflict.round}
          {...form}
          ifMatch={known?.etag ?? ifMatch}
          onConflict={(sent) => void conflict.read(sent)}
        />
      </div>
      {isOpen && (
        <TwoVersions
          texts={versions}
          mine={fieldLines(differing, known.sent, locale)}
          theirs={fieldLines(differing, known.stored, locale)}
          isSending={conflict.isLoading}
          onKeep={(which) => (which === "mine" ? keepMine() : conflict.takeStored())}
        />
      )}
      {isSame && <p role="status">{form.done}</p>}
      <Errors errors={conflict.errors} />
    </>
  );
}

function useConflict({ path, ifMatch, fields }: Properties) {
  const router = useRouter();
  const { errors, run } = useSending();
  const [isLoading, startLoading] = useTransition();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [taken, setTaken] = useState<string | null>(null);
  // once the page was made from a newer version, there is no conflict any more
  const known = conflict?.base === ifMatch ? conflict : null;
  const differing = known ? differingFields(fields, known.sent, known.stored) : [];

  async function read(sent: Body): Promise<void> {
    await run(async () => {
      const { body, etag } = await apiGateway.get<Body>(path);
      setConflict({ base: ifMatch, etag, sent, stored: body, isOpen: true });
    });
  }

  function takeStored(): void {
    setTaken(ifMatch);
    startLoading(() => router.refresh());
  }

  return {
    known,
    differing,
    /** Whether what was sent is what is stored, such as after a lost answer. */
    isSame: known?.isOpen === true && differing.length === 0,
    /** Changes when the fields begin again with what is stored. */
    round: taken !== null && taken !== ifMatch ? taken : "",
    isLoading,
    errors,
    read,
    takeStored,
    close: () => setConflict(known && { ...known, isOpen: false }),
  };
}

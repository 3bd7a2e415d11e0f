"use client";

import { useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { ApiForm, type FormProperties } from "@/features/actions/ApiForm";
import type { Body } from "@/features/actions/body";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";
import { type ComparedField, differingFields, fieldLines } from "./differences";
import { TwoVersions, type VersionTexts } from "./TwoVersions";

interface Properties extends FormProperties {
  /** The fields as the page has them from the API. */
  shown: Body;
  /** What the fields are called, in the order of the form. */
  fields: ComparedField[];
  /** The address of this page, which is loaded again after a choice. */
  page: string;
  versions: VersionTexts;
  locale: string;
}

interface Conflict {
  etag: string | null;
  stored: Body;
  /** What was changed here and is stored otherwise. */
  own: Body;
  fields: ComparedField[];
}

/** A form that changes an object, and shows both versions if somebody changed it meanwhile. */
export function VersionedForm(properties: Properties) {
  const { ifMatch, shown, fields, page, versions, locale, ...form } = properties;
  const { isSending, errors, run } = useAction();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  /** Of the version that was compared, after what was changed here was refused. */
  const [etag, setEtag] = useState<string | null>(null);

  async function compare(sent: Body): Promise<void> {
    const read = await run(() => apiGateway.get<Body>(form.path));
    if (read === null || read instanceof ApiError) {
      return;
    }
    const differing = differingFields(differingFields(fields, sent, shown), sent, read.body);
    if (differing.length === 0) {
      location.assign(`${page}?saved=1`);
      return;
    }
    const own = Object.fromEntries(differing.map(({ name }) => [name, sent[name]]));
    setConflict({ etag: read.etag, stored: read.body, own, fields: differing });
  }

  async function keepOwn({ etag: version, own }: Conflict): Promise<void> {
    const saved = await run(
      () => apiGateway.patch<Body>(form.path, own, version ? { ifMatch: version } : {}),
      own,
    );
    if (saved instanceof ApiError && saved.status === 412) {
      await compare({ ...shown, ...own });
    } else if (saved instanceof ApiError) {
      setEtag(version);
      setConflict(null);
    } else if (saved !== null) {
      location.assign(`${page}?saved=1`);
    }
  }

  return (
    <>
      <Errors errors={errors} />
      <div hidden={conflict !== null}>
        <ApiForm
          {...form}
          ifMatch={etag ?? ifMatch ?? null}
          onConflict={(sent) => void compare(sent)}
          onDone={() => setEtag(null)}
        />
      </div>
      {conflict && (
        <TwoVersions
          texts={versions}
          mine={fieldLines(conflict.fields, conflict.own, locale)}
          theirs={fieldLines(conflict.fields, conflict.stored, locale)}
          isSending={isSending}
          onKeep={(which) => (which === "mine" ? void keepOwn(conflict) : location.assign(page))}
        />
      )}
    </>
  );
}

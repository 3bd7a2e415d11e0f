"use client";

import type { FormEvent } from "react";
import { useState } from "react";
import type { PassedWork, Portfolio, SetPortfolioRequest } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { AreaField, Choice, TextField } from "@/features/actions/fields";
import { useChange } from "@/features/actions/useChange";
import type messages from "@/messages/en";
import { type Choosable, itemsOf } from "./items";

interface Properties {
  portfolio: Portfolio;
  ifMatch: string | null;
  works: (PassedWork & { day: string })[];
  certificates: Choosable[];
  texts: (typeof messages)["portfolio"]["form"];
}

/** What the portfolio shows: saved as a whole. */
export function Editor({ portfolio, ifMatch, works, certificates, texts }: Properties) {
  const { isSending, errors, run } = useChange();
  const [isSaved, setSaved] = useState(false);
  const shown = new Map(portfolio.items.map(({ work }) => [work?.submission, work?.shows_work]));
  const listed = new Set([
    ...works.map(({ submission }) => submission),
    ...certificates.map(({ id }) => id),
  ]);
  const held = new Set(portfolio.items.map(({ certificate }) => certificate?.certificate));

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const body: SetPortfolioRequest = {
      headline: (fields.get("headline") as string).trim(),
      about: (fields.get("about") as string).trim(),
      may_be_indexed: fields.has("may_be_indexed"),
      items: itemsOf(fields, portfolio, listed),
    };
    setSaved(false);
    setSaved(
      await run(() => apiGateway.put("/portfolio/", body, ifMatch ? { ifMatch } : {}), body),
    );
  }

  return (
    <form className="card stack" onSubmit={save}>
      <h2>{texts.heading}</h2>
      <TextField
        id="headline"
        name="headline"
        label={texts.headline}
        hint={texts.headlineHint}
        maxLength={120}
        defaultValue={portfolio.headline}
      />
      <AreaField
        id="about"
        name="about"
        label={texts.about}
        hint={texts.aboutHint}
        rows={5}
        maxLength={2000}
        defaultValue={portfolio.about}
      />
      <fieldset className="stack tight">
        <legend>{texts.works}</legend>
        {works.length === 0 && <p className="soft">{texts.noWorks}</p>}
        {works.map(({ submission, title, day }) => (
          <div key={submission}>
            <Choice
              name="work"
              value={submission}
              label={title}
              hint={day}
              defaultChecked={shown.has(submission)}
            />
            <Choice
              name="with-work"
              value={submission}
              label={
                <>
                  <span className="hide">{title}: </span>
                  {texts.withWork}
                </>
              }
              defaultChecked={shown.get(submission) ?? false}
            />
          </div>
        ))}
      </fieldset>
      <fieldset className="stack tight">
        <legend>{texts.certificates}</legend>
        {certificates.length === 0 && <p className="soft">{texts.noCertificates}</p>}
        {certificates.map(({ id, title, day }) => (
          <Choice
            key={id}
            name="certificate"
            value={id}
            label={title}
            hint={day}
            defaultChecked={held.has(id)}
          />
        ))}
      </fieldset>
      <Choice
        name="may_be_indexed"
        label={texts.indexed}
        hint={texts.indexedHint}
        defaultChecked={portfolio.may_be_indexed}
      />
      <Errors errors={errors} />
      <div className="acts">
        <button type="submit" className="btn next" disabled={isSending}>
          {texts.save}
        </button>
      </div>
      {isSaved && <p role="status">{texts.saved}</p>}
    </form>
  );
}

"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { BulkEnrolmentResult, EnrolMany as Enrolled } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { bodyOf } from "@/features/actions/body";
import { Errors } from "@/features/actions/Errors";
import { AreaField, Choice, SelectField } from "@/features/actions/fields";
import { useAction } from "@/features/actions/useAction";

interface Properties {
  cohort: string;
  pools: { value: string; label: string }[];
  texts: {
    emails: string;
    emailsHint: string;
    pool: string;
    tryIt: string;
    submit: string;
    tried: string;
    done: string;
    /** "{row}. {email}: {result}" */
    row: string;
    results: Record<BulkEnrolmentResult, string>;
  };
}

const SHAPE = { emails: "lines", pool: "text", dry_run: "checked" } as const;

/** Sends the addresses and shows what became, or would become, of each. */
export function EnrolMany({ cohort, pools, texts }: Properties) {
  const router = useRouter();
  const { isSending, errors, run } = useAction();
  const [emails, setEmails] = useState<string[]>([]);
  const [answer, setAnswer] = useState<Enrolled | null>(null);

  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setAnswer(null);
    const body = bodyOf(new FormData(event.currentTarget), SHAPE);
    const path = `/cohorts/${cohort}/enrolments/bulk/`;
    const sent = await run(
      (idempotencyKey) => apiGateway.post<Enrolled>(path, body, { idempotencyKey }),
      body,
    );
    if (sent === null || sent instanceof ApiError) {
      return;
    }
    setEmails(body.emails as string[]);
    setAnswer(sent.body);
    if (!sent.body.dry_run) {
      router.refresh();
    }
  }

  return (
    <form className="stack" onSubmit={send} noValidate>
      <fieldset className="stack" disabled={isSending}>
        <AreaField id="emails" name="emails" label={texts.emails} hint={texts.emailsHint} />
        <SelectField id="many-pool" name="pool" label={texts.pool} options={pools} />
        <Choice name="dry_run" label={texts.tryIt} defaultChecked />
        <div className="acts">
          <button type="submit" className="btn">
            {texts.submit}
          </button>
        </div>
      </fieldset>
      <Errors errors={errors} />
      {answer && <Results answer={answer} emails={emails} texts={texts} />}
    </form>
  );
}

interface ResultsProperties {
  answer: Enrolled;
  emails: string[];
  texts: Properties["texts"];
}

function Results({ answer, emails, texts }: ResultsProperties) {
  return (
    <div role="status">
      <p>{answer.dry_run ? texts.tried : texts.done}</p>
      <ul className="plain">
        {answer.results.map(({ row, result }) => (
          <li key={row}>
            {texts.row
              .replace("{row}", `${row}`)
              .replace("{email}", emails[row - 1] ?? "")
              .replace("{result}", texts.results[result])}
          </li>
        ))}
      </ul>
    </div>
  );
}

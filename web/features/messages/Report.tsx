import { getTranslations } from "next-intl/server";
import type { Message, ReportReason } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, Choice, SelectField } from "@/features/actions/fields";
import { times } from "@/features/times/times";

const REASONS: ReportReason[] = [
  "harassment",
  "discrimination",
  "safety",
  "inappropriate",
  "cheating",
  "other",
];
const SHOWN_CHARACTERS = 80;

interface Properties {
  match: string;
  name: string;
  /** Of the other one. */
  messages: Message[];
}

/** Reports the other one of a match, with the messages that show it, or keeps them away. */
export async function Report({ match, name, messages }: Properties) {
  const t = await getTranslations("messages.care");
  return (
    <details>
      <summary>{t("title")}</summary>
      <div className="stack">
        <p>{t("text")}</p>
        <ApiForm
          path="/conduct/reports/"
          shape={{ reason: "text", text: "text", messages: "list" }}
          fixed={{ match }}
          submit={t("submit")}
          done={t("done")}
        >
          <SelectField
            id="report-reason"
            name="reason"
            label={t("reason")}
            options={REASONS.map((value) => ({ value, label: t(`reasons.${value}`) }))}
          />
          <AreaField id="report-text" name="text" label={t("what")} rows={4} maxLength={4000} />
          <Shown messages={messages} />
        </ApiForm>
        <div>
          <KeepAway match={match} name={name} />
        </div>
      </div>
    </details>
  );
}

async function KeepAway({ match, name }: Omit<Properties, "messages">) {
  const t = await getTranslations("messages.care");
  const question = {
    title: t("blockTitle", { name }),
    text: t("blockText"),
    yes: t("blockYes"),
    no: t("blockNo"),
  };
  return (
    <ActionButton
      path="/conduct/blocks/"
      body={{ match }}
      className="btn bad"
      done={t("blocked")}
      hasKey={false}
      question={question}
    >
      {t("block", { name })}
    </ActionButton>
  );
}

async function Shown({ messages }: { messages: Message[] }) {
  const [t, when] = [await getTranslations("messages.care"), await times()];
  if (messages.length === 0) {
    return null;
  }
  return (
    <fieldset className="stack tight">
      <legend>{t("show")}</legend>
      <div className="choices">
        {messages.map(({ id, text, created_at }) => (
          <Choice
            key={id}
            name="messages"
            value={id}
            label={text.slice(0, SHOWN_CHARACTERS)}
            hint={when.moment(created_at)}
          />
        ))}
      </div>
    </fieldset>
  );
}

import { getLocale, getTranslations } from "next-intl/server";
import type { Message } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { bytesText } from "@/features/texts/bytes";
import { Lines } from "@/features/texts/Lines";
import { times } from "@/features/times/times";

interface Properties {
  match: string;
  /** The oldest first. */
  messages: Message[];
  own_id: number;
  /** Of the other one. */
  name: string;
}

/** What the two wrote. */
export async function Conversation({ match, messages, own_id, name }: Properties) {
  const t = await getTranslations("messages");
  if (messages.length === 0) {
    return <p>{t("none")}</p>;
  }
  return (
    <ol className="list">
      {messages.map((message) => (
        <li key={message.id} id={`message-${message.number}`}>
          <OneMessage
            match={match}
            message={message}
            isOwn={message.author === own_id}
            name={name}
          />
        </li>
      ))}
    </ol>
  );
}

interface MessageProperties {
  match: string;
  message: Message;
  isOwn: boolean;
  name: string;
}

async function OneMessage({ match, message, isOwn, name }: MessageProperties) {
  const [t, when] = [await getTranslations("messages"), await times()];
  const { created_at, read_at, text, links } = message;
  return (
    <>
      <p className="row apart">
        <strong>{isOwn ? t("you") : name}</strong>
        <span className="meta">{when.moment(created_at)}</span>
      </p>
      <Lines text={text} />
      {links.length > 0 && (
        <ul className="plain">
          {links.map((link) => (
            <li className="row" key={link}>
              <a href={link} rel="noopener noreferrer nofollow" target="_blank">
                {link}
              </a>
            </li>
          ))}
        </ul>
      )}
      <Files match={match} message={message} />
      {isOwn && (
        <p className={`sync ${read_at ? "accepted" : "sent"}`}>
          <Icon name={read_at ? "check" : "sent"} />{" "}
          {read_at ? t("readAt", { moment: when.moment(read_at) }) : t("sentAt")}
        </p>
      )}
    </>
  );
}

async function Files({ match, message }: { match: string; message: Message }) {
  const locale = await getLocale();
  return message.artifacts.map(({ id, name, size }) => (
    <p className="row" key={id}>
      <Icon name="file" />
      <a href={`/bff/api/v1/mentorship/matches/${match}/artifacts/${id}/`} download={name}>
        {name}
      </a>
      <span className="meta">{bytesText(size, locale)}</span>
    </p>
  ));
}

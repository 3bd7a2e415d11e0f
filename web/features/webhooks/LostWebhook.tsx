import { Errors } from "@/features/actions/Errors";
import type { LostTexts } from "./texts";
import type { useLostWebhook } from "./useLostWebhook";

interface Properties {
  lost: ReturnType<typeof useLostWebhook>;
  texts: LostTexts;
}

/** After a lost answer: which webhooks to this address there are, or that the list is to be read. */
export function LostWebhook({ lost, texts }: Properties) {
  const { sent, found, isReading, errors, read } = lost;
  if (sent === null) {
    return null;
  }
  return (
    <div className="stack tight" role="status">
      {!found?.length && (
        <>
          <p>{isReading ? texts.reading : found ? texts.missing : texts.unread}</p>
          <Errors errors={errors} />
          <p className="acts">
            <button
              type="button"
              className="btn"
              disabled={isReading}
              onClick={() => void read(sent)}
            >
              {texts.read}
            </button>
          </p>
        </>
      )}
      {found !== null && found.length > 0 && <p>{texts.found}</p>}
      {found?.map(({ id, url, description }) => (
        <p key={id}>
          <a href={`/webhooks/${id}`}>{description || url}</a>
        </p>
      ))}
    </div>
  );
}

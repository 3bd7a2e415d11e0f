"use client";

import { useRouter } from "next/navigation";
import { ApiError, apiGateway } from "@/client/apiGateway";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { ErrorText } from "@/features/texts/ErrorText";

interface Properties {
  path: string;
  name: string;
  texts: { remove: string; removeName: string };
  sentences: Sentences;
}

/** Takes a link or a file out of a draft. */
export function RemoveButton({ path, name, texts, sentences }: Properties) {
  const router = useRouter();
  const { isSending, problem, send } = useSend(sentences);

  async function remove(): Promise<void> {
    await send(path, async () => {
      await apiGateway.delete(path).catch((error) => {
        if (!(error instanceof ApiError && error.status === 404)) {
          throw error;
        }
      });
      router.refresh();
      return false;
    });
  }

  return (
    <>
      <button
        type="button"
        className="btn quiet"
        disabled={isSending}
        aria-label={texts.removeName.replace("{name}", name)}
        onClick={() => void remove()}
      >
        {texts.remove}
      </button>
      <ErrorText text={problem} />
    </>
  );
}

"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";

interface Properties {
  path: string;
  name: string;
  texts: { remove: string; removeName: string };
  sentences: Sentences;
}

/** Takes a link or a file out of a draft. */
export function RemoveButton({ path, name, texts, sentences }: Properties) {
  const router = useRouter();
  const sending = useRef(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function remove(): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setProblem(null);
    try {
      await apiGateway.delete(path);
      router.refresh();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        router.refresh();
      } else {
        setProblem(sentenceOf(error, sentences));
      }
    }
    sending.current = false;
  }

  return (
    <>
      <button
        type="button"
        className="btn quiet"
        aria-label={texts.removeName.replace("{name}", name)}
        onClick={remove}
      >
        {texts.remove}
      </button>
      {problem && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

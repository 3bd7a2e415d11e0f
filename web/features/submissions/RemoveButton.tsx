"use client";

import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";

interface Properties {
  path: string;
  name: string;
  texts: { remove: string; removeName: string };
}

/** Takes a link or a file out of a draft. */
export function RemoveButton({ path, name, texts }: Properties) {
  const { isSending, errors, run } = useChange();

  /** What another page removed already is as wanted. */
  async function remove(): Promise<void> {
    try {
      await apiGateway.delete(path);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
    }
  }

  return (
    <>
      <button
        type="button"
        className="btn quiet"
        disabled={isSending}
        aria-label={texts.removeName.replace("{name}", name)}
        onClick={() => void run(remove)}
      >
        {texts.remove}
      </button>
      <Errors errors={errors} />
    </>
  );
}

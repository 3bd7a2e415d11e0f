"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState, useSyncExternalStore } from "react";
import { apiGateway } from "@/client/apiGateway";
import { keepFiles, keptFiles } from "./drafts";
import { type Listener, untilSent, uploadFile } from "./upload";
import { UploadList, type UploadState } from "./uploadList";

export interface Uploads extends UploadState {
  list: UploadList;
  /** Whether something is still on its way, or waits to be. */
  isBusy: boolean;
}

interface Options {
  userId: number;
  submissionId: string;
  maxBytes: number;
}

/** The files that are sent from this page. */
export function useUploads({ userId, submissionId, maxBytes }: Options): Uploads {
  const router = useRouter();
  const [list] = useState(
    () =>
      new UploadList({
        send: (file, key, listener, signal) =>
          sendInto(submissionId, { file, key }, listener, signal),
        keep: (files) => keepFiles(userId, submissionId, files),
        kept: () => keptFiles(userId, submissionId),
        onArrived: () => router.refresh(),
        maxBytes,
      }),
  );
  const state = useSyncExternalStore(list.subscribe, list.read, list.read);

  useEffect(() => {
    list.restore();
    return () => list.stop();
  }, [list]);

  const isBusy = state.uploads.some(({ phase }) => phase !== "refused");
  return { ...state, list, isBusy };
}

/** Uploads a file and adds it to the draft; once more is no error. */
async function sendInto(
  submissionId: string,
  { file, key }: { file: File; key: string },
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const { id } = await uploadFile(file, listener, signal);
  const path = `/submissions/${submissionId}/artifacts/`;
  const options = { idempotencyKey: key, signal };
  await untilSent(file.size, listener, signal, () =>
    apiGateway.post(path, { kind: "file", file: id }, options),
  );
}

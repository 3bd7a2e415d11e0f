"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import type { File as Stored } from "@/api/core";
import { uploadFile } from "@/features/submissions/upload";
import { UploadList } from "@/features/submissions/uploadList";

/** Files that are sent from this page for a message that is not sent yet. */
export function useAttachments(maxBytes: number) {
  const [files, setFiles] = useState<Stored[]>([]);
  const [list] = useState(
    () =>
      new UploadList({
        send: async (file, _key, listener, signal) => {
          const stored = await uploadFile(file, listener, signal);
          setFiles((before) => [...before.filter(({ id }) => id !== stored.id), stored]);
        },
        keep: () => undefined, // a message is not kept either
        kept: () => [],
        onArrived: () => undefined,
        maxBytes,
      }),
  );
  const { uploads } = useSyncExternalStore(list.subscribe, list.read, list.read);

  useEffect(() => () => list.stop(), [list]);

  return {
    files,
    uploads,
    list,
    isBusy: uploads.some(({ phase }) => phase !== "refused"),
    remove: (id: string) => setFiles((before) => before.filter((one) => one.id !== id)),
    clear: () => setFiles([]),
  };
}

export type Attachments = ReturnType<typeof useAttachments>;

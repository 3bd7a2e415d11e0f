"use client";

import { useState } from "react";
import { useSending } from "@/features/actions/useChange";
import { ApiError, apiGateway } from "./apiGateway";

interface Version<T> {
  value: T;
  etag: string | null;
}

/**
 * An object that is read, changed and written back only if nobody changed it in between. Otherwise
 * `theirs` is what is stored now, and the next `save` is made to that.
 */
export function useVersioned<T>(path: string) {
  const write = useSending();
  const [read, setRead] = useState<Version<T> | null>(null);
  const [theirs, setTheirs] = useState<T | null>(null);

  async function load(): Promise<T> {
    const { body, etag } = await apiGateway.get<T>(path);
    setRead({ value: body, etag });
    return body;
  }

  function open(): Promise<boolean> {
    setTheirs(null);
    return write.run(async () => {
      await load();
    });
  }

  async function save(changes: Partial<T>): Promise<boolean> {
    let isConflict = false;
    const isSaved = await write.run(async () => {
      try {
        await apiGateway.patch(path, changes, read?.etag ? { ifMatch: read.etag } : {});
      } catch (error) {
        isConflict = isOfVersions(error);
        if (!isConflict) {
          throw error;
        }
        setTheirs(await load());
      }
    });
    return isSaved && !isConflict;
  }

  return { ...write, value: read?.value ?? null, theirs, open, save, close: () => setRead(null) };
}

function isOfVersions(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 412 || error.code === "illegal_transition");
}

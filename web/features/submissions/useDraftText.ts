"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import { reasonOf } from "@/client/apiGateway";
import { onChange } from "@/client/unsentStore";
import type { Place } from "@/features/times/clock";
import { clockText } from "@/features/times/clock";
import { DraftKeeper, type DraftParts, type DraftState, NotKept } from "./draftKeeper";
import { dropText, keepText, keptText } from "./drafts";
import { isQueued, queueText, unqueueText } from "./queue";
import { type Accepted, saveText } from "./saveText";

export interface DraftText extends Pick<DraftState, "text" | "sync" | "theirs"> {
  /** Of the acceptance. */
  time: string;
  problem: string | null;
  write: (text: string) => void;
  /** True once core has the text as it stands. */
  save: () => Promise<boolean>;
  /** Ends the choice between two versions. */
  choose: (mine: boolean) => void;
}

interface Options {
  userId: number;
  submissionId: string;
  /** What the draft is called while it is kept on the phone. */
  title: string;
  accepted: Accepted | null;
  acceptedAt: string | null;
  place: Place;
  /** For a phone that has no room for the text. */
  notKept: string;
}

/** The text of a draft, of which no letter is lost. */
export function useDraftText(options: Options): DraftText {
  const { accepted, acceptedAt, place, notKept } = options;
  const [keeper] = useState(
    () => new DraftKeeper(partsOf(options), accepted, acceptedAt ? new Date(acceptedAt) : null),
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.read, keeper.read);

  useEffect(() => {
    keeper.restore();
    return onChange(() => void keeper.queueChanged().catch(() => undefined));
  }, [keeper]);

  const { text, sync, theirs, problem } = state;
  return {
    text,
    sync,
    theirs,
    time: state.acceptedAt ? clockText(state.acceptedAt, place) : "",
    problem: problem instanceof NotKept ? notKept : problem ? reasonOf(problem) : null,
    write: (written) => keeper.write(written),
    save: () => keeper.save(),
    choose: (mine) => keeper.choose(mine),
  };
}

function partsOf({ userId, submissionId, title }: Options): DraftParts {
  return {
    device: {
      read: () => keptText(userId, submissionId),
      keep: (text) => keepText(userId, submissionId, text),
      drop: () => dropText(userId, submissionId),
    },
    queue: {
      put: (base, draft) => queueText({ userId, submissionId, title }, base, draft),
      remove: (pending) => unqueueText(submissionId, pending),
      holds: (pending) => isQueued(submissionId, pending),
    },
    send: (base, draft) => saveText(submissionId, base, draft),
  };
}

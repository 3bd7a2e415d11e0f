"use client";

import { useRef, useState } from "react";
import { ApiError, leadToLogIn } from "./apiGateway";
import { type Sentences, sentenceOf } from "./sentences";
import { mayPass } from "./unsent";

export interface Send {
  isSending: boolean;
  /** Why the last request was refused. */
  problem: string | null;
  say: (problem: string | null) => void;
  /**
   * Sends a request once, however often its button is pressed. What is the same request, as `about`
   * says, has the same key until there is an answer. `act` returns true when the page is left.
   */
  send: (about: string, act: (key: string) => Promise<boolean>) => Promise<void>;
}

export function useSend(sentences: Sentences): Send {
  const [isSending, setSending] = useState(false);
  const [problem, say] = useState<string | null>(null);
  const sending = useRef(false); // the second click comes before the page is drawn again
  const last = useRef<{ about: string; key: string } | null>(null);

  async function send(about: string, act: (key: string) => Promise<boolean>): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    say(null);
    if (last.current?.about !== about) {
      last.current = { about, key: crypto.randomUUID() };
    }
    let isLeft = false;
    try {
      isLeft = await act(last.current.key);
      last.current = null;
    } catch (error) {
      last.current = mayPass(error) ? last.current : null; // a refusal is stored for its key
      say(sentenceOf(error, sentences));
      if (error instanceof ApiError) {
        leadToLogIn(error);
      }
    }
    sending.current = isLeft;
    setSending(isLeft);
  }

  return { isSending, problem, say, send };
}

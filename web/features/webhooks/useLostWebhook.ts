"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { WebhookSubscription, WebhookSubscriptionPage } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import type { Body } from "@/features/actions/body";
import { useSending } from "@/features/actions/useChange";

/** Whether a webhook was added although its answer was lost: the list is read before the next try. */
export function useLostWebhook() {
  const router = useRouter();
  const { isSending, errors, run } = useSending();
  const [sent, setSent] = useState<Body | null>(null);
  const [found, setFound] = useState<WebhookSubscription[] | null>(null);

  async function read(body: Body): Promise<void> {
    setSent(body);
    setFound(null);
    const isRead = await run(async () => setFound(await sameAddress(body)));
    if (isRead) {
      router.refresh();
    }
  }

  const clear = () => setSent(null);
  return { sent, found, isReading: isSending, errors, read, clear };
}

async function sameAddress({ organization, url }: Body): Promise<WebhookSubscription[]> {
  const found: WebhookSubscription[] = [];
  for (let page = 1, isLast = false; !isLast; page += 1) {
    const path = `/webhook-subscriptions/?page=${page}&page_size=100`;
    const { body } = await apiGateway.get<WebhookSubscriptionPage>(path);
    found.push(...body.results);
    isLast = body.next === null;
  }
  return found.filter((one) => one.organization === organization && one.url === url);
}

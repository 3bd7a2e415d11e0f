import type { ContentType, ProgressStatus } from "@/api/core";
import { ApiError } from "@/client/apiGateway";
import type { Outcome } from "@/client/unsent";
import { sendLater } from "@/client/unsentStore";

export interface Report {
  content_id: string;
  content_type: ContentType;
  status: ProgressStatus;
  completion_percentage: number;
}

/**
 * Reports progress with the time at which it was made, so that it may arrive late. On a phone whose
 * clock is ahead core does not believe that time: it is then reported as made when it arrives.
 */
export async function reportProgress(report: Report, title: string): Promise<Outcome> {
  const request = { method: "POST", path: "/progress/", title } as const;
  try {
    const reported_at = new Date().toISOString();
    return await sendLater({ ...request, body: { ...report, reported_at } });
  } catch (error) {
    const isClockAhead =
      error instanceof ApiError && error.errors.some(({ field }) => field === "reported_at");
    if (!isClockAhead) {
      throw error;
    }
    return sendLater({ ...request, body: report });
  }
}

import type { ArtifactDetail } from "@/api/core";
import { ApiError, apiGateway } from "../../client/apiGateway.ts";
import type { KeptText } from "./drafts";

/** A text as core has it. */
export interface Accepted {
  id: string;
  text: string;
  etag: string | null;
}

/** Somebody, or this learner on another device, changed the text since. */
export class TwoVersions extends Error {
  readonly theirs: Accepted;

  constructor(theirs: Accepted) {
    super("The text was changed elsewhere.");
    this.theirs = theirs;
  }
}

type Gateway = Pick<typeof apiGateway, "get" | "post" | "patch" | "delete">;

/**
 * Sends a draft's text, in place of the version that it was written on. Null for a text that was
 * removed. Raises `TwoVersions` and `ApiError`.
 */
export async function saveText(
  submissionId: string,
  base: Accepted | null,
  draft: Pick<KeptText, "text" | "pending" | "queued">,
  gateway: Gateway = apiGateway,
): Promise<Accepted | null> {
  const path = `/submissions/${submissionId}/artifacts/`;
  const { text, pending, queued } = draft;
  const known = base ?? (pending && (await add(path, pending, gateway)));
  if (!text.trim()) {
    return known && (await removeText(`${path}${known.id}/`, gateway));
  }
  if (!known) {
    throw new Error("The first version of a text needs a key.");
  }
  return known.text === text ? known : await change(path, known, { text, queued }, gateway);
}

async function add(
  path: string,
  { text, key }: NonNullable<KeptText["pending"]>,
  gateway: Gateway,
): Promise<Accepted> {
  const body = { kind: "text", text };
  return accepted(await gateway.post<ArtifactDetail>(path, body, { idempotencyKey: key }));
}

async function change(
  path: string,
  known: Accepted,
  { text, queued }: Pick<KeptText, "text" | "queued">,
  gateway: Gateway,
): Promise<Accepted> {
  const options = known.etag ? { ifMatch: known.etag } : {};
  const address = `${path}${known.id}/`;
  try {
    return accepted(await gateway.patch<ArtifactDetail>(address, { text }, options));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) {
      throw error;
    }
  }
  const newest = accepted(await gateway.get<ArtifactDetail>(address));
  if (newest.text === text) {
    return newest; // an answer was lost
  }
  if (newest.text === queued) {
    return change(path, newest, { text, queued: null }, gateway); // the queue sent what it had
  }
  throw new TwoVersions(newest);
}

async function removeText(address: string, gateway: Gateway): Promise<null> {
  try {
    await gateway.delete(address);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) {
      throw error;
    }
  }
  return null;
}

function accepted({ body, etag }: { body: ArtifactDetail; etag: string | null }): Accepted {
  return { id: body.id, text: body.text, etag };
}

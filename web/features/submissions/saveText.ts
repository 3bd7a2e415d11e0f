import type { ArtifactDetail } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
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

/**
 * Sends a draft's text, in place of the version that it was written on. Null for a text that was
 * removed. Raises `TwoVersions` and `ApiError`.
 */
export async function saveText(
  submissionId: string,
  base: Accepted | null,
  { text, pending }: Pick<KeptText, "text" | "pending">,
): Promise<Accepted | null> {
  const path = `/submissions/${submissionId}/artifacts/`;
  let known = base;
  if (!known && pending) {
    known = await add(path, pending.text, pending.key);
  }
  if (!text.trim()) {
    return known && (await removeText(`${path}${known.id}/`));
  }
  if (!known) {
    throw new ApiError(0, "offline", "The first version has no key.");
  }
  return known.text === text ? known : await change(path, known, text);
}

async function add(path: string, text: string, idempotencyKey: string): Promise<Accepted> {
  const body = { kind: "text", text };
  return accepted(await apiGateway.post<ArtifactDetail>(path, body, { idempotencyKey }));
}

async function change(path: string, known: Accepted, text: string): Promise<Accepted> {
  const options = known.etag ? { ifMatch: known.etag } : {};
  try {
    return accepted(
      await apiGateway.patch<ArtifactDetail>(`${path}${known.id}/`, { text }, options),
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) {
      throw error;
    }
    const theirs = accepted(await apiGateway.get<ArtifactDetail>(`${path}${known.id}/`));
    if (theirs.text === text) {
      return theirs; // an answer was lost
    }
    throw new TwoVersions(theirs);
  }
}

async function removeText(path: string): Promise<null> {
  try {
    await apiGateway.delete(path);
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

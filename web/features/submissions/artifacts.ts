import "server-only";
import { cache } from "react";
import { artifactsList, artifactsRead } from "@/api/core";
import { allPages } from "@/features/learn/catalogue";
import { core, load } from "@/server/caller";

/** What an attempt consists of, oldest first. */
export const artifactsOf = cache(async (submissionId: string) => {
  const path = { submission_id: submissionId };
  return allPages((query) => load(artifactsList({ client: core, path, query })));
});

/** One artifact with its HTML and, in the answer's head, its version. */
export const readArtifact = cache(async (submissionId: string, artifactId: string) => {
  const path = { submission_id: submissionId, artifact_id: artifactId };
  return load(artifactsRead({ client: core, path }));
});

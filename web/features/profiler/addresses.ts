export const PROFILER = "/onboarding/ai-profiler";

const SESSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isSessionId(id: string | undefined): id is string {
  return id !== undefined && SESSION.test(id);
}

/** The question that is due, or one that was answered. */
export function questionAddress(session: string, question?: string): string {
  const query = new URLSearchParams({ session, ...(question && { question }) });
  return `${PROFILER}?${query}`;
}

export function resultAddress(session: string): string {
  return `${PROFILER}/result?${new URLSearchParams({ session })}`;
}

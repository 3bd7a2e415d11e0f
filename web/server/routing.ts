import type { Service } from "./upstream";

export interface Route {
  /** Segments below `/api/v1/`; `*` is any one. The longest that fits decides. */
  prefix: string;
  /** Null: not for browsers. */
  to: Service | null;
  /** Its answers may hold tokens, which stay in the session. */
  signsIn?: true;
}

/** Where each path of the API leads. The tests compare it with nginx.conf and both documents. */
export const ROUTES: readonly Route[] = [
  { prefix: "", to: "core" },
  { prefix: "internal", to: null },
  { prefix: "ai", to: "ai" },
  { prefix: "curriculum", to: "ai" },
  { prefix: "recommendations", to: "ai" },
  { prefix: "embeddings", to: "ai" },
  { prefix: "search", to: "ai" },
  { prefix: "personality", to: "ai" },
  { prefix: "profiling", to: "ai" },
  { prefix: "profiling/sessions", to: null },
  { prefix: "operations", to: "ai" },
  { prefix: "student/coaching", to: "ai" },
  { prefix: "student/dashboard", to: "ai" },
  { prefix: "auth/signup", to: "core", signsIn: true },
  { prefix: "auth/login", to: "core", signsIn: true },
  { prefix: "auth/oidc", to: "core", signsIn: true },
  { prefix: "users/me/password", to: "core", signsIn: true },
  { prefix: "invitations/*/accept", to: "core", signsIn: true },
  // The session refreshes and ends itself.
  { prefix: "auth/token", to: null },
  { prefix: "auth/logout", to: null },
  // Its answer is another user's access token, which no browser gets.
  { prefix: "users/*/view-as", to: null },
];

/** The route of a path below `/api/v1/`. */
export function routeOf(path: string): Route {
  const segments = segmentsOf(path);
  let best: Route = { prefix: "", to: null };
  for (const route of ROUTES) {
    const prefix = segmentsOf(route.prefix);
    const fits = prefix.every((one, place) => one === "*" || one === segments[place]);
    if (
      fits &&
      prefix.length <= segments.length &&
      prefix.length >= segmentsOf(best.prefix).length
    ) {
      best = route;
    }
  }
  return best;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter(Boolean);
}

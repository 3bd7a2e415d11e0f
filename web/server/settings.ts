import "server-only";

function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

/** Read at run time: the build knows none of them. */
export const settings = {
  get coreUrl() {
    return required("DJANGO_API_URL");
  },
  get aiUrl() {
    return required("FASTAPI_BASE_URL");
  },
  get sessionsUrl() {
    return required("WEB_SESSIONS_URL");
  },
};

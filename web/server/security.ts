/** The pages of Stripe where a person pays. */
export const PAYMENT_PAGES = ["https://checkout.stripe.com", "https://invoice.stripe.com"];

/** The Content-Security-Policy of every page: scripts by nonce, and nothing from elsewhere. */
export function contentPolicy(nonce: string, isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    // Without JavaScript the form of a payment leads there.
    `form-action 'self' ${PAYMENT_PAGES.join(" ")}`,
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "report-uri /bff/csp-report",
  ].join("; ");
}

/** What frameworks and services trust, and browsers may therefore not send. */
export const STRIPPED = [
  "authorization",
  "forwarded",
  "next-action",
  "x-forwarded-host",
  "x-middleware-subrequest",
  "x-user-id",
];

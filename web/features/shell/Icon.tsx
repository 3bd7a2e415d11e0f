import type { ReactNode } from "react";

/** 24 px grid, 2 px line. A new icon replaces one. */
const DRAWINGS = {
  home: (
    <>
      <path d="M3 11.5 12 4l9 7.5M5.5 9.5V20h13V9.5M10 20v-6h4v6" />
    </>
  ),
  learn: (
    <>
      <path d="M12 6.5C9.5 4.6 6.5 4 3 4v14c3.5 0 6.5.6 9 2.5 2.5-1.9 5.5-2.5 9-2.500V4c-3.5 0-6.5.6-9 2.500ZM12 6.500V20" />
    </>
  ),
  mission: (
    <>
      <path d="M5 21V3.500M5 4.500h13.500L15 9l3.5 4.500H5" />
    </>
  ),
  habit: (
    <>
      <path d="M4 6h16v14H4zM8 3.500V8M16 3.500V8M8.5 14l2.5 2.5 4.5-5" />
    </>
  ),
  me: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4 20.500c1-4 4-6 8-6s7 2 8 6" />
    </>
  ),
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m15.5 15.5 5 5" />
    </>
  ),
  bell: (
    <>
      <path d="M4.5 17.500h15L18 15v-4.500a6 6 0 0 0-12 0V15zM10 20.500h4" />
    </>
  ),
  check: (
    <>
      <path d="m4.5 12.5 5 5 10-11" />
    </>
  ),
  clock: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7v5.500l3.5 2" />
    </>
  ),
  phone: (
    <>
      <rect x="6.5" y="2.5" width="11" height="19" rx="2" />
      <path d="M10.5 18h3" />
    </>
  ),
  sent: (
    <>
      <path d="M12 20V4.500M5.5 11 12 4.5 18.5 11" />
    </>
  ),
  alert: (
    <>
      <path d="M12 3.5 21.5 20h-19zM12 10v4.5" />
      <path d="M12 17.300v.2" />
    </>
  ),
  lock: (
    <>
      <path d="M5 10.500h14V20.500H5zM8 10.500V7.500a4 4 0 0 1 8 0v3M12 14.500v2" />
    </>
  ),
  file: (
    <>
      <path d="M6 3h8l4.5 4.500V21H6zM13.5 3v5h5" />
    </>
  ),
  message: (
    <>
      <path d="M3.5 5h17v12H12l-4.5 4v-4h-4zM8 9.500h8M8 13h5" />
    </>
  ),
  chart: (
    <>
      <path d="M4 3.500V20.500h16.500M9 16.500V12M13.5 16.500V7.500M18 16.500V10" />
    </>
  ),
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.5 20c.7-3.6 3-5.5 6.5-5.500s5.8 1.9 6.5 5.500M15.5 5.300a3.5 3.5 0 0 1 0 6.400M18 15.200c1.9.8 3.1 2.4 3.5 4.8" />
    </>
  ),
  queue: (
    <>
      <path d="M3.5 14 6 4h12l2.5 10v6h-17zM3.5 14H9l1.5 2.500h3L15 14h5.5" />
    </>
  ),
  offline: (
    <>
      <path d="M5 20v-4M12 20v-7M19 20v-3M19 12V6M4 4l16 16" />
    </>
  ),
  builders: (
    <>
      <path
        fill="currentColor"
        stroke="none"
        d="M3 3.5h10V11H3zM15.5 3.5H21V11h-5.5zM3 13.5h5.5V21H3zM11 13.5h10V21H11z"
      />
    </>
  ),
  leaders: (
    <>
      <path fill="currentColor" stroke="none" d="M12 2.5 17 11.5H7zM5.8 13.8h12.4l4.3 7.7h-21z" />
    </>
  ),
  entrepreneurs: (
    <>
      <path
        fill="currentColor"
        stroke="none"
        d="M12 1.5 22.5 12 12 22.5 1.5 12zM11 7.500V11H7.500v2H11v3.500h2V13h3.500v-2H13V7.500z"
        fillRule="evenodd"
      />
    </>
  ),
  researchers: (
    <>
      <circle cx="12" cy="12" r="8.5" strokeWidth="3" />
      <circle cx="12" cy="12" r="3.5" fill="currentColor" stroke="none" />
    </>
  ),
  educators: (
    <>
      <path
        fill="currentColor"
        stroke="none"
        d="M3 11.2a9 8.2 0 0 1 18 0zM3 21.5a9 8.2 0 0 1 18 0z"
      />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

/** Always beside a word, or with a hidden one: readers that speak skip it. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg className={`i ${className}`.trim()} viewBox="0 0 24 24" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}

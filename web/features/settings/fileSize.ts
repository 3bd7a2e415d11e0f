import type { getFormatter } from "next-intl/server";

type Formatter = Awaited<ReturnType<typeof getFormatter>>;

const MEGABYTE = 1_000_000;
const KILOBYTE = 1000;

/** "5.2 MB" as the language writes it; number and unit do not part. */
export function fileSize(bytes: number, format: Formatter): string {
  const isLarge = bytes >= MEGABYTE;
  return format.number(bytes / (isLarge ? MEGABYTE : KILOBYTE), {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    maximumFractionDigits: isLarge ? 1 : 0,
  });
}

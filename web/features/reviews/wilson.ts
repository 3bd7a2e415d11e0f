const Z = 1.96;

/** The range in which a share lies with 95 % confidence, in per cent (Wilson's interval). */
export function shareRange(count: number, total: number): { low: number; high: number } {
  const share = count / total;
  const spread = Z * Math.sqrt((share * (1 - share)) / total + Z ** 2 / (4 * total ** 2));
  const middle = share + Z ** 2 / (2 * total);
  const scale = 1 + Z ** 2 / total;
  const percent = (value: number) => Math.round((100 * value) / scale);
  return { low: percent(middle - spread), high: percent(middle + spread) };
}

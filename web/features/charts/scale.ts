/** Pictures are drawn for this width, between these edges. */
export const WIDTH = 328;
export const LEFT = 8;
export const RIGHT = 320;

/** The least of 1, 2, 4, 10, 20, 40, 100… that is not below: its half is whole from 2 on. */
export function roundTop(value: number): number {
  for (let power = 1; ; power *= 10) {
    const top = [1, 2, 4].map((one) => one * power).find((one) => one >= value);
    if (top) {
      return top;
    }
  }
}

/** Where a value stands between two places, of which the first is for 0. */
export function placeOf(value: number, top: number, from: number, to: number): number {
  return Math.round((from + ((to - from) * value) / top) * 100) / 100;
}

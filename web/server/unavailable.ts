/** A service or store did not answer, or not in time. Whether it did what was asked is unknown. */
export class Unavailable extends Error {
  constructor(name: string) {
    super(`${name} does not answer`);
  }
}

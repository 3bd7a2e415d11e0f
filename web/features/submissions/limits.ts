/** Core's limit of one file. */
export const MAX_FILE_BYTES = 100_000_000;

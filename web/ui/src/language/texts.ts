import type { Language } from './phrase';

/** Where the build has laid the texts of each language, by the numbers of the phrases (split.mjs); nowhere without one. */
export const textFiles: Partial<Record<Language, string>> = {};

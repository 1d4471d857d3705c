// What a report takes of files (docs/api.md, *Limits*).
export const mostFiles = 20;
export const mostBytesEach = 25 * 1024 * 1024;
export const mostBytesInAll = 100 * 1024 * 1024;

// Numbers in sentences.

/** `1 revision`, `2 revisions`. */
export const amount = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Whole milliseconds since a moment of `performance.now()`. */
export const since = (moment: number): number => Math.round(performance.now() - moment)

// Reports as JSON that a terminal can show.

// JSON may hold any character; on a screen some of them would act, and JSON has a harmless spelling for each.
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The value as JSON, on several lines or (indent 0) on one. */
export const toJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

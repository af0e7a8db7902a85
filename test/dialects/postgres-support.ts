// How schemas that two servers read are compared.
import type { Schema } from '../../src/schema/schema.ts'

export const sameness = { columnOrder: true }

/** Servers before 16 qualify every column of a view: those texts are compared after the shadow has read them. */
export const withoutViewTexts = (schema: Schema) => ({
  ...schema,
  objects: schema.objects.map((item) =>
    /view$/.test(item.type) ? { ...item, definition: item.definition?.replace(/\b\w+\./g, '') ?? '' } : item,
  ),
})

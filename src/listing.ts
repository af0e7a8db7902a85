// One module that imports others: what makes several files one graph.

/** The text of a module that exports all of the files, each under a name of its own: `m0`, `m1`, … */
export const listing = (files: readonly string[], specifier: (file: string) => string): string =>
  files.map((file, at) => `export * as m${at} from ${JSON.stringify(specifier(file))}`).join('\n')

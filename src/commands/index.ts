// The verbs. To add one: its file, and a line here. A verb's module is loaded when it is used.

/** Every verb by its name, in the order of the help. */
export const verbs = {
  init: async () => (await import('./init.ts')).init,
  migrate: async () => (await import('./migrate.ts')).migrate,
  revision: async () => (await import('./revision.ts')).revisionCommand,
  upgrade: async () => (await import('./upgrade.ts')).upgrade,
  downgrade: async () => (await import('./downgrade.ts')).downgrade,
  plan: async () => (await import('./plan.ts')).plan,
  current: async () => (await import('./current.ts')).current,
  heads: async () => (await import('./heads.ts')).heads,
  history: async () => (await import('./history.ts')).history,
  show: async () => (await import('./show.ts')).show,
  status: async () => (await import('./status.ts')).status,
  check: async () => (await import('./check.ts')).check,
  verify: async () => (await import('./verify.ts')).verify,
  diff: async () => (await import('./diff.ts')).diffCommand,
  merge: async () => (await import('./merge.ts')).merge,
  adopt: async () => (await import('./adopt.ts')).adopt,
  stamp: async () => (await import('./stamp.ts')).stamp,
  resolve: async () => (await import('./resolve.ts')).resolve,
  seed: async () => (await import('./seed.ts')).seed,
  backup: async () => (await import('./backup.ts')).backup,
  restore: async () => (await import('./restore.ts')).restore,
  bundle: async () => (await import('./bundle.ts')).bundle,
} as const

export type Verb = keyof typeof verbs

/** The declaration of a verb. */
export type CommandOf<V extends Verb> = Awaited<ReturnType<(typeof verbs)[V]>>
/** What a verb takes. */
export type InputFor<V extends Verb> = Parameters<CommandOf<V>['run']>[1]
/** What a verb gives back. */
export type ReportOf<V extends Verb> = Awaited<ReturnType<CommandOf<V>['run']>>

export const verbNames = Object.keys(verbs) as Verb[]

/** Whether a word is a verb. */
export const isVerb = (word: string): word is Verb => Object.hasOwn(verbs, word)

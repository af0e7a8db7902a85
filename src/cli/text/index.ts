// Which text belongs to which verb; a verb's writer is loaded when it is used.
import type { ReportOf, Verb } from '../../commands/index.ts'
import type { Writer } from './ui.ts'

/** Every verb has one: the compiler says so. */
export const writers: { [V in Verb]: () => Promise<Writer<ReportOf<V>>> } = {
  init: async () => (await import('./init.ts')).text,
  migrate: async () => (await import('./migrate.ts')).text,
  revision: async () => (await import('./revision.ts')).text,
  upgrade: async () => (await import('./run.ts')).text,
  downgrade: async () => (await import('./run.ts')).text,
  plan: async () => (await import('./plan.ts')).text,
  current: async () => (await import('./current.ts')).text,
  heads: async () => (await import('./heads.ts')).text,
  history: async () => (await import('./history.ts')).text,
  show: async () => (await import('./show.ts')).text,
  status: async () => (await import('./status.ts')).text,
  check: async () => (await import('./check.ts')).text,
  verify: async () => (await import('./verify.ts')).text,
  diff: async () => (await import('./diff.ts')).text,
  merge: async () => (await import('./merge.ts')).text,
  adopt: async () => (await import('./adopt.ts')).text,
  stamp: async () => (await import('./stamp.ts')).text,
  resolve: async () => (await import('./resolve.ts')).text,
  seed: async () => (await import('./seed.ts')).text,
  backup: async () => (await import('./backup.ts')).text,
  restore: async () => (await import('./restore.ts')).text,
  bundle: async () => (await import('./bundle.ts')).text,
}

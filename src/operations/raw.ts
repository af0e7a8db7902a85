// Hand-written SQL and code: the only kinds whose effect on the schema is not known from the operation itself.
import { type Behaviours, touching } from './behaviour.ts'
import { excerpt } from './words.ts'

/** The behaviours of the user's own steps. `apply` leaves the schema as it is: the shadow knows what they do. */
export const raw: Behaviours<'sql' | 'run'> = {
  sql: {
    apply: (schema) => schema,
    // The way back of the way back is the way there; '' says that nothing has to be taken back.
    invert: ({ up, down }) => (down === undefined ? null : { kind: 'sql', up: down, down: up }),
    describe: ({ up }) => (up.trim() === '' ? 'nothing to run' : `run SQL: ${excerpt(up)}`),
    touches: () => touching({}),
    sign: '~',
  },
  run: {
    apply: (schema) => schema,
    invert: ({ up, down }) => (down === undefined ? null : { kind: 'run', up: down, down: up }),
    describe: ({ up }) => (up.name === '' || up.name === 'up' ? 'run code' : `run code: ${up.name}`),
    touches: () => touching({}),
    sign: '~',
  },
}

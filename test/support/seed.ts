// Laws try other worlds at every run. With GODWIT_SEED (a whole number) they try the same ones again: CI judges a change by
// what the change does, and what a new seed finds is a bug of its own, which becomes a test first.
import fc from 'fast-check'

const given = process.env.GODWIT_SEED
if (given !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given) })

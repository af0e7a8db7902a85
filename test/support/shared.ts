// What ../shared holds, where it is here: schemas and cases that others wrote. What is tested on it comes on top of
// everything else, and only in test/shared: no other test looks beside the checkout.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SHARED } from './servers.ts'

/** Whether it is here. */
export const present = existsSync(SHARED)

/** The path of something in it. */
export const shared = (...path: string[]): string => join(SHARED, ...path)

/** The files of one of its folders. Where it is not here, one word stands for them: a test that is skipped has a name. */
export const filesOf = (folder: string): string[] =>
  present ? readdirSync(shared(folder)).sort() : [`${folder} of ../shared`]

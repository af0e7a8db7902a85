// Killed runners, cut wires and twenty starters at once: the next run ends like an undisturbed one, every time.
// GODWIT_KILLS (default 5), GODWIT_ROUNDS (1) and GODWIT_SEED make it long or repeat it; see test/kill/sweep.sh.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isGodwitError } from '../../src/errors.ts'
import { upgrade } from '../../src/runner/index.ts'
import { describeOn, type Engine, type Ground, ground } from '../contract/support.ts'
import { type Cut, fingerprint, HEAD, REVISIONS, random, snapshot, wireTo, worker, writeHistory } from './support.ts'

const KILLS = Number(process.env.GODWIT_KILLS ?? 5)
const ROUNDS = Number(process.env.GODWIT_ROUNDS ?? 1)
const STARTERS = Number(process.env.GODWIT_STARTERS ?? 20)
/** A long run cuts every wire on both sides of every message. */
const FULL = KILLS >= 100
const SIDES = ['before', 'after'] as const
const SEED = Number(process.env.GODWIT_SEED ?? Date.now() % 1_000_000)

let build: Awaited<ReturnType<typeof snapshot>>
beforeAll(async () => {
  build = await snapshot()
}, 180_000)
afterAll(() => build.drop())

async function prepared(engine: Engine): Promise<Ground> {
  const at = await ground(engine)
  await writeHistory(at)
  return at
}

/** What an undisturbed run leaves, and how long its work takes. */
async function undisturbed(engine: Engine): Promise<{ print: string; waits: number; works: number }> {
  const at = await prepared(engine)
  try {
    const only = worker(build.dist, at)
    await only.ready
    const started = performance.now()
    only.go()
    await only.working
    const locked = performance.now()
    const { code, error } = await only.ended
    expect([code, error]).toEqual([0, ''])
    return { waits: locked - started, works: performance.now() - locked, print: await fingerprint(at) }
  } finally {
    await at.drop()
  }
}

describeOn(({ shared }) => shared)('on $name', (engine) => {
  it('a runner killed at any moment is made good by the next', { timeout: 60_000 + KILLS * 10_000 }, async () => {
    const next = random(SEED)
    const { print, waits, works } = await undisturbed(engine)
    let inside = 0
    let applied = 0
    for (let round = 0; round < KILLS; round++) {
      const at = await prepared(engine)
      // One in five while it connects, reads and waits for the lock; the others while it holds it.
      const early = next() < 0.2
      const delay = next() * (early ? waits : works)
      try {
        const victim = worker(build.dist, at)
        await victim.ready
        victim.go()
        if (!early) await victim.working
        await pause(delay)
        victim.process.kill('SIGKILL')
        const { code } = await victim.ended
        if (code === null) inside++
        const rescue = await upgrade(at.context())
        applied += REVISIONS - rescue.steps.length
        expect(
          `${await fingerprint(at)} (round ${round}, seed ${SEED}, killed ${delay.toFixed(1)} ms after ${early ? 'its start' : 'the lock'})`,
        ).toContain(print)
        expect((await upgrade(at.context())).nothing).toBe(true)
      } finally {
        await at.drop()
      }
    }
    console.info(
      `${engine.name}: ${KILLS} SIGKILLs (seed ${SEED}), ${inside} before the end, ${(applied / KILLS).toFixed(1)} of ${REVISIONS} revisions done on average when killed: all ${KILLS} converged`,
    )
  })

  it('of many starters at once, each revision is applied by exactly one', {
    timeout: 60_000 + ROUNDS * 120_000,
  }, async () => {
    const { print } = await undisturbed(engine)
    for (let round = 0; round < ROUNDS; round++) {
      const at = await prepared(engine)
      try {
        const starters = Array.from({ length: STARTERS }, () => worker(build.dist, at))
        await Promise.all(starters.map(({ ready }) => ready))
        const started = performance.now()
        for (const each of starters) each.go()
        const ends = await Promise.all(starters.map(({ ended }) => ended))
        const took = performance.now() - started
        expect(ends.filter(({ code }) => code !== 0)).toEqual([])
        const steps = ends.flatMap((end) => end.steps)
        expect([steps.length, new Set(steps).size]).toEqual([REVISIONS, REVISIONS])
        expect(await fingerprint(at)).toBe(print)
        console.info(
          `${engine.name}: ${STARTERS} starters, round ${round + 1}: ${REVISIONS} revisions once each, all exit 0, ${took.toFixed(0)} ms`,
        )
      } finally {
        await at.drop()
      }
    }
  })
})

/** Cuts the wire there. What the run said; undefined where it ended before that point. */
async function cutAt(engine: Engine, cut: Cut, print: string): Promise<string | undefined> {
  const at = await prepared(engine)
  const wire = await wireTo(at.url)
  wire.cut = cut
  try {
    const outcome = await upgrade(at.context({ url: wire.url })).then(
      () => 'done',
      (error: unknown) => (isGodwitError(error) ? error.code : String(error)),
    )
    if ((cut.side === 'answer' ? wire.answered() : wire.sent()) < cut.at) return undefined
    const rescue = await upgrade(at.context())
    expect(rescue.to).toEqual([HEAD])
    expect(`${await fingerprint(at)} (cut ${cut.side} ${cut.at})`).toContain(print)
    return outcome
  } finally {
    await wire.close()
    await at.drop()
  }
}

describeOn(({ name }) => name === 'postgres' || name === 'mysql')('on $name', (engine) => {
  const count = (codes: readonly string[]): string =>
    [...new Set(codes)].map((code) => `${code} ${codes.filter((each) => each === code).length} times`).join(', ')
  const isLoss = (code: string): boolean => code === 'done' || code.startsWith('CONNECTION_')

  it('a connection cut before or after any message is made good by the next run', { timeout: 900_000 }, async () => {
    const { print } = await undisturbed(engine)
    const codes: string[] = []
    // In a short run every third message is cut, on one of its sides.
    for (let message = FULL ? 1 : 1 + (SEED % 3), last = false; !last; message += FULL ? 1 : 3) {
      for (const side of FULL ? SIDES : [SIDES[message % 2] ?? 'before']) {
        const code = await cutAt(engine, { at: message, side }, print)
        if (code === undefined) last = true
        else codes.push(code)
      }
    }
    console.info(`${engine.name}: wire cut at ${codes.length} points: all converged; the cut run said ${count(codes)}`)
    expect(codes.length).toBeGreaterThan(FULL ? 40 : 6)
    expect(codes.filter((code) => !isLoss(code))).toEqual([])
  })

  // PostgreSQL answers when the whole message is done: there is nothing in between.
  if (engine.name === 'postgres') return
  it('a connection cut between the answers of a message is made good by the next run', {
    timeout: 900_000,
  }, async () => {
    const { print } = await undisturbed(engine)
    const codes: string[] = []
    const every = FULL ? 1 : 29
    for (let answer = 1 + (SEED % every); ; answer += every) {
      const code = await cutAt(engine, { at: answer, side: 'answer' }, print)
      if (code === undefined) break
      codes.push(code)
    }
    console.info(
      `${engine.name}: wire cut behind ${codes.length} answers: all converged; the cut run said ${count(codes)}`,
    )
    expect(codes.length).toBeGreaterThan(FULL ? 100 : 5)
    expect(codes.filter((code) => !isLoss(code))).toEqual([])
  })
})

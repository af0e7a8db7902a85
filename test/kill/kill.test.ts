// Killed runners, cut wires and twenty starters at once: the next run ends like an undisturbed one, every time.
// GODWIT_KILLS (default 5), GODWIT_ROUNDS (1) and GODWIT_SEED make it long or repeat it; see test/kill/sweep.sh.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isGodwitError } from '../../src/errors.ts'
import { upgrade } from '../../src/runner/index.ts'
import { type Engine, engines, type Ground, ground } from '../contract/support.ts'
import { fingerprint, random, snapshot, wireTo, worker, writeHistory } from './support.ts'

const KILLS = Number(process.env.GODWIT_KILLS ?? 5)
const ROUNDS = Number(process.env.GODWIT_ROUNDS ?? 1)
const STARTERS = Number(process.env.GODWIT_STARTERS ?? 20)
/** A long run cuts every wire on both sides of every message. */
const FULL = KILLS >= 100
const SIDES = ['before', 'after'] as const
const SEED = Number(process.env.GODWIT_SEED ?? Date.now() % 1_000_000)
const shared = engines.filter(({ shared }) => shared)

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

describe.each(shared)('on $name', (engine) => {
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
        applied += 10 - rescue.steps.length
        expect(
          `${await fingerprint(at)} (round ${round}, seed ${SEED}, killed ${delay.toFixed(1)} ms after ${early ? 'its start' : 'the lock'})`,
        ).toContain(print)
        expect((await upgrade(at.context())).nothing).toBe(true)
      } finally {
        await at.drop()
      }
    }
    console.info(
      `${engine.name}: ${KILLS} SIGKILLs (seed ${SEED}), ${inside} before the end, ${(applied / KILLS).toFixed(1)} of 10 revisions done on average when killed: all ${KILLS} converged`,
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
        expect([steps.length, new Set(steps).size]).toEqual([10, 10])
        expect(await fingerprint(at)).toBe(print)
        console.info(
          `${engine.name}: ${STARTERS} starters, round ${round + 1}: 10 revisions once each, all exit 0, ${took.toFixed(0)} ms`,
        )
      } finally {
        await at.drop()
      }
    }
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres' || name === 'mysql'))('on $name', (engine) => {
  it('a connection cut before or after any message is made good by the next run', { timeout: 900_000 }, async () => {
    const { print } = await undisturbed(engine)
    const codes = new Map<string, number>()
    let points = 0
    for (let message = 1, last = false; !last; message++) {
      // In a short run every message is cut once, on one of its sides.
      for (const side of FULL ? SIDES : [SIDES[message % 2] ?? 'before']) {
        const at = await prepared(engine)
        const wire = await wireTo(at.url)
        wire.cut = { at: message, side }
        try {
          const outcome = await upgrade(at.context({ url: wire.url })).then(
            () => 'done',
            (error: unknown) => (isGodwitError(error) ? error.code : String(error)),
          )
          if (wire.sent() < message) {
            last = true
            break
          }
          points++
          codes.set(outcome, (codes.get(outcome) ?? 0) + 1)
          const rescue = await upgrade(at.context())
          expect(rescue.to).toEqual(['k10'])
          expect(`${await fingerprint(at)} (cut ${side} message ${message})`).toContain(print)
        } finally {
          await wire.close()
          await at.drop()
        }
      }
    }
    console.info(
      `${engine.name}: wire cut at ${points} points: all converged; the cut run said ${JSON.stringify(Object.fromEntries(codes))}`,
    )
    expect(points).toBeGreaterThan(FULL ? 40 : 20)
    expect([...codes.keys()].every((code) => code === 'done' || code.startsWith('CONNECTION_'))).toBe(true)
  })
})

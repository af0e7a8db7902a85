// Passwords of the application's users, hashed with scrypt: nothing but Node is needed.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

// OWASP's recommendation for scrypt: N = 2^17, r = 8, p = 1, which takes 128 MiB for a fraction of a second.
const COST = { N: 2 ** 17, r: 8, p: 1 }
const LENGTH = 32

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url: everything that checking needs. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST, LENGTH)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Whether the password is the one that was hashed. False for anything that `hashPassword` did not write. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, n, r, p, salt = '', hash = ''] = stored.split('$')
  const cost = { N: Number(n), r: Number(r), p: Number(p) }
  const expected = Buffer.from(hash, 'base64url')
  const plausible = Number.isInteger(Math.log2(cost.N)) && cost.N <= 2 ** 20 && cost.r <= 32 && cost.p <= 16
  if (scheme !== 'scrypt' || !plausible || expected.length === 0) return false
  const found = await derive(password, Buffer.from(salt, 'base64url'), cost, expected.length)
  return timingSafeEqual(found, expected)
}

const derive = (
  password: string,
  salt: Buffer,
  cost: { N: number; r: number; p: number },
  length: number,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r }
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })

// What the server's own programs are told of it: in files that only they can read, and that are gone with them.
import { existsSync } from 'node:fs'
import { type FileHandle, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from '../url.ts'

/** An option file for `--defaults-file`, the only one that is read. */
export interface Told extends AsyncDisposable {
  file: string
  /** Descriptors that the program has to inherit, from 3 on. */
  inherits: number[]
}

/** Writes it. Errors: those of writing. */
export async function told(address: Address, folder: string, maria: boolean): Promise<Told> {
  const { host, port, socket, user, password, tls } = address
  const handles: FileHandle[] = []
  const close = async (): Promise<void> => {
    for (const handle of handles) await handle.close()
  }
  const secret = async (name: string, content: string): Promise<string> => {
    const file = join(folder, name)
    if (!existsSync('/dev/fd')) {
      await writeFile(file, content, { mode: 0o600 })
      return file
    }
    // It loses its name before it gets its content: whatever kills us, nothing stays on the disk.
    const handle = await open(file, 'wx+', 0o600)
    handles.push(handle)
    await rm(file)
    // At a position: where a descriptor is opened again as itself, it is read from where it stands.
    await handle.write(content, 0)
    return `/dev/fd/${2 + handles.length}`
  }
  try {
    const lines = [
      ['user', user],
      ['password', password],
      ...(socket === undefined
        ? [
            ['host', host],
            ['port', String(port)],
            ['protocol', 'tcp'],
          ]
        : [['socket', socket]]),
    ].map(([name, value]) => `${name} = "${escaped(value ?? '')}"`)
    if (tls === undefined) lines.push(maria ? 'skip-ssl' : 'ssl-mode = DISABLED')
    else {
      lines.push(...(maria ? ['ssl', 'ssl-verify-server-cert'] : ['ssl-mode = VERIFY_IDENTITY']))
      for (const name of ['ca', 'cert', 'key'] as const) {
        const content = tls[name]
        if (content === undefined) continue
        let file = join(folder, `${name}.pem`)
        if (name === 'key') file = await secret('key.pem', content)
        else await writeFile(file, content, { mode: 0o600 })
        lines.push(`ssl-${name} = "${escaped(file)}"`)
      }
    }
    // Without TLS, a password of the newer kind goes encrypted with the server's key.
    if (!maria) lines.push('get-server-public-key')
    const file = await secret('client.cnf', `[client]\n${lines.join('\n')}\n`)
    return { file, inherits: handles.map(({ fd }) => fd), [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')

// The protocol's own request to cancel: it needs no session, and a pooler passes it on to the right one.
import { connect } from 'node:net'

const CANCEL_REQUEST = 80877102

/** Asks the server at this address to end what the session is at. Errors: those of the socket. */
export function cancelAt(
  { host, port }: { host: string; port: number },
  processId: number,
  secret: number,
): Promise<void> {
  const message = Buffer.alloc(16)
  for (const [at, value] of [16, CANCEL_REQUEST, processId, secret].entries()) message.writeInt32BE(value, at * 4)
  return new Promise((resolve, reject) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.once('error', reject)
    // The answer is that it closes; a pooler forgets about whoever has gone before.
    socket.once('close', () => resolve())
    socket.setTimeout(5000, () => socket.destroy())
    socket.resume()
    socket.write(message)
  })
}

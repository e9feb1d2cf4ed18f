/** What QEMU says of a move that it gave up, in words that tell what to do. Pure. */
import { AppError } from '@berth/core/errors/app-error'
import type { MigrationInfo } from '../qmp/commands/move-commands.ts'

interface Listener {
  readonly host: string
  readonly port: number
}

const firewall = 'Look for a firewall between the two hosts: their QEMUs meet on a port that the kernel chooses.'

const hints: readonly { readonly words: RegExp; readonly hint: (to: Listener) => string }[] = [
  {
    words: /TLS handshake failed/i,
    hint: () => 'The two QEMUs do not have the same key; another try makes a new one.',
  },
  {
    words: /connection refused|no route to host|network is unreachable|timed out/i,
    hint: ({ host, port }) => `No connection to ${host} port ${port} could be made. ${firewall}`,
  },
]

/** By what query-migrate says: MOVE_FAILED. */
export function moveFailure(info: MigrationInfo, to: Listener): AppError {
  const words = info['error-desc']
  const hint = hints.find((one) => words !== undefined && one.words.test(words))?.hint(to)
  const said = words === undefined ? `QEMU gave up the move (${info.status ?? ''}).` : `QEMU says: ${words}`
  const message = hint === undefined ? said : `${said.replace(/\.?$/, '.')} ${hint}`
  return new AppError('MOVE_FAILED', message, { details: { status: info.status, words } })
}

/** The kernel would try for two minutes, and the machine would seem to move. */
export const connectMs = 20_000

export const notConnected = ({ host, port }: Listener): AppError =>
  new AppError('MOVE_FAILED', `No connection to ${host} port ${port} within ${connectMs / 1_000} s. ${firewall}`)

/**
 * Live migration: what both QEMUs are told before, and what the sending one says while it works. QEMU 7.2's words; the
 * sequence that holds is in apps/agent/src/migration/README.md.
 */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { MoveTransport } from '@berth/core/migration/move-transport'
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type MigrationInfo = QmpCommands['query-migrate']['returns']

/** QEMU's figures of the move that it sends or receives; without a status when there never was one. */
export const queryMigrate = (qmp: QmpClient, options?: ExecuteOptions): Promise<MigrationInfo> =>
  qmp.execute('query-migrate', {}, options)

const tlsId = 'tls-move'

/**
 * Gives this QEMU the key of one move: `dir` holds keys.psk with the user "berth". Replaces the key of an earlier move. The
 * receiving side reads the file at each handshake, the sending one now.
 */
export async function setMoveKey(
  qmp: QmpClient,
  { dir, endpoint }: { dir: string; endpoint: 'client' | 'server' },
): Promise<void> {
  await forgetMoveKey(qmp)
  // The receiving side refuses to be told a name: whoever connects says his.
  const username = endpoint === 'client' ? { username: keyUser } : {}
  await qmp.execute('object-add', { 'qom-type': 'tls-creds-psk', id: tlsId, endpoint, dir, ...username })
  await qmp.execute('migrate-set-parameters', { 'tls-creds': tlsId })
}

export const keyUser = 'berth'

/** Idempotent: a QEMU without one refuses, and that is what was wanted. */
export async function forgetMoveKey(qmp: QmpClient): Promise<void> {
  try {
    await qmp.execute('object-del', { id: tlsId })
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
  }
}

const moveCapabilities = [
  ...(['events', 'return-path', 'late-block-activate', 'pause-before-switchover'] as const),
  ...(['auto-converge', 'postcopy-ram', 'multifd'] as const),
] as const

/** QEMU keeps those that are not named as they are. */
export async function setMoveCapabilities(
  qmp: QmpClient,
  states: Readonly<Partial<Record<(typeof moveCapabilities)[number], boolean>>>,
): Promise<void> {
  const capabilities = moveCapabilities.flatMap((capability) => {
    const state = states[capability]
    return state === undefined ? [] : [{ capability, state }]
  })
  await qmp.execute('migrate-set-capabilities', { capabilities })
}

/** Parallel connections (multifd), and what is done to the pages in them; the same on both sides. */
export async function setStreams(qmp: QmpClient, { streams, compression }: MoveTransport): Promise<void> {
  await qmp.execute('migrate-set-parameters', { 'multifd-channels': streams, 'multifd-compression': compression })
}

/** QEMU takes up to so much of the processors' time from the guest, in one step, when it finds that passes get no smaller. */
export async function setThrottle(qmp: QmpClient, percent: number): Promise<void> {
  await qmp.execute('migrate-set-parameters', {
    ...{ 'cpu-throttle-initial': percent, 'cpu-throttle-increment': percent, 'max-cpu-throttle': percent },
  })
}

/** `downtimeLimitMs` may be raised while it works. */
export async function setDowntimeLimit(qmp: QmpClient, downtimeLimitMs: number): Promise<void> {
  await qmp.execute('migrate-set-parameters', { 'downtime-limit': downtimeLimitMs })
}

export async function setMoveBandwidth(qmp: QmpClient, bytesPerSecond: number): Promise<void> {
  await qmp.execute('migrate-set-parameters', {
    ...{ 'max-bandwidth': bytesPerSecond, 'max-postcopy-bandwidth': bytesPerSecond },
  })
}

/** Listens for one sender; port 0 lets the system choose, and query-migrate says which (socket-address). */
export async function listenForMove(qmp: QmpClient, at: { host: string; port: number }): Promise<void> {
  await qmp.execute('migrate-incoming', { uri: tcpUri(at) })
}

/** Begins to send. Returns at once: that nobody listens there is told by query-migrate. */
export async function beginMove(qmp: QmpClient, to: { host: string; port: number }): Promise<void> {
  await qmp.execute('migrate', { uri: tcpUri(to) })
}

/** Nothing for a QEMU that sends nothing. The guest goes on by itself where it stood for the last pass. */
export async function cancelMove(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('migrate_cancel', {}, options)
}

/** The guest must stand. QEMU sends its devices, and serves what of its memory is missing there until all is. Idempotent. */
export async function startPostCopy(qmp: QmpClient): Promise<void> {
  await qmp.execute('migrate-start-postcopy', {})
}

/** Of a sender whose link broke (postcopy-paused). */
export async function resumeMove(qmp: QmpClient, to: { host: string; port: number }): Promise<void> {
  await qmp.execute('migrate', { uri: tcpUri(to), resume: true })
}

/** Of a receiver whose link broke. Past QEMU's main loop, which may stand for a page that is missing. */
export async function listenAgain(qmp: QmpClient, at: { host: string; port: number }): Promise<void> {
  await qmp.execute('migrate-recover', { uri: tcpUri(at) }, { oob: true })
}

/** Shuts the move's connections, whatever state they are in; nothing where there is none. Past the main loop as above. */
export async function breakMoveLink(qmp: QmpClient): Promise<void> {
  try {
    await qmp.execute('yank', { instances: [{ type: 'migration' }] }, { oob: true })
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
  }
}

const tcpUri = ({ host, port }: { host: string; port: number }): string =>
  `tcp:${host.includes(':') ? `[${host}]` : host}:${port}`

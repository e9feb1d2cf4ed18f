/**
 * Mounts what shared pools lie in, where the agent is to do that, each below `<dataDir>/mounts`.
 *
 * Owner of its state: what goes on at each mount point, and why the last try failed. What is mounted is the kernel's to say
 * (mount-table.ts), so that an agent that is started again finds it. Invariants: nothing is written into a mount point, only
 * into what is mounted there, once its marker was read (pool-sight.ts); at one mount point one program works at a time, and
 * who waits for it does so for seconds, also when the kernel holds it for ever.
 */
import { mkdir, readdir, realpath, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { sourceText, type PoolSource } from '@berth/core/storage/pool-source'
import { hypervisor } from '../hypervisor/hypervisor.ts'
import { isMissing } from './durable-files.ts'
import { mountAt, readMounts } from './mount-table.ts'
import { mountFailureText, nfsMountArgs, unmountArgs } from './nfs-mount.ts'

/** What is to be mounted, and where. */
export interface MountPlace {
  readonly path: string
  readonly source: PoolSource
}

interface Failure {
  readonly reason: string
  readonly tries: number
  readonly againMs: number
}

export interface MountLimits {
  /** Of mount and umount each: they are killed after it. */
  readonly commandMs: number
  /** What is waited longer for a program that the kernel does not let die. */
  readonly graceMs: number
  /** Between two tries, doubled with each failure up to `mostMs`. */
  readonly leastMs: number
  readonly mostMs: number
}

const usualLimits: MountLimits = { commandMs: 15_000, graceMs: 2_000, leastMs: 4_000, mostMs: 60_000 }
const trialPrefix = 'test-'

export class PoolMounts {
  readonly #root: string
  readonly #limits: MountLimits
  readonly #busy = new Map<string, Promise<void>>()
  readonly #failures = new Map<string, Failure>()

  constructor(dataDir: string, limits: MountLimits = usualLimits) {
    this.#root = join(dataDir, 'mounts')
    this.#limits = limits
  }

  pathOf(name: string): string {
    return join(this.#root, name)
  }

  /** Where an export is mounted only to be looked at. */
  trialPath(): string {
    return this.pathOf(`${trialPrefix}${newUuid()}`)
  }

  /** Why the pool cannot be there, in words; null when that source is mounted. Asks the kernel alone, and never throws. */
  async problem(place: MountPlace): Promise<string | null> {
    try {
      const state = await this.#stateOf(place)
      if (state === 'mounted') return null
      if (state !== 'bare') return otherSource(place, state)
    } catch (error) {
      return toAppError(error).message
    }
    const reason = this.#failures.get(place.path)?.reason
    const why = reason ?? (this.#busy.has(place.path) ? 'it is being mounted.' : 'it will be in a moment.')
    return `${sourceText(place.source)} is not mounted on this host: ${why}`
  }

  /** Idempotent. Throws POOL_UNAVAILABLE with the reason, POOL_WRONG where something else is mounted there. */
  async mount(place: MountPlace): Promise<void> {
    try {
      await this.#inTime(place, this.#busy.get(place.path) ?? this.#begin(place.path, () => this.#mountNow(place)))
      this.#failures.delete(place.path)
    } catch (error) {
      const tries = (this.#failures.get(place.path)?.tries ?? 0) + 1
      const pauseMs = Math.min(this.#limits.mostMs, this.#limits.leastMs * 2 ** (tries - 1))
      const reason = toAppError(error).message
      this.#failures.set(place.path, { reason, tries, againMs: performance.now() + pauseMs })
      throw error
    }
  }

  /**
   * Idempotent; the mount point goes as well. `isAway`: the server does not answer, so that it is forced if need be. Throws
   * POOL_IN_USE when something still uses it, POOL_UNAVAILABLE.
   */
  async unmount(place: MountPlace, isAway: boolean): Promise<void> {
    // What is being mounted there is awaited: else it would come back after this.
    await this.#inTime(place, this.#busy.get(place.path)?.catch(() => undefined) ?? Promise.resolve())
    await this.#inTime(
      place,
      this.#begin(place.path, () => this.#unmountNow(place, isAway)),
    )
    this.#failures.delete(place.path)
  }

  /** Mounts what is not, each when its time has come. Waits for nothing; what fails is told by `problem`. */
  tend(places: readonly MountPlace[]): void {
    for (const place of places) {
      const againMs = this.#failures.get(place.path)?.againMs ?? 0
      if (this.#busy.has(place.path) || performance.now() < againMs) continue
      this.mount(place).catch(() => undefined) // kept as the reason, and tried again
    }
  }

  /** Takes away what tests of an agent that died have left mounted. Waits for nothing. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#root).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })
    for (const name of names.filter((each) => each.startsWith(trialPrefix)))
      this.#begin(this.pathOf(name), () => this.#clear(this.pathOf(name), true)).catch(() => undefined) // the next start tries again
  }

  #begin(path: string, work: () => Promise<void>): Promise<void> {
    const going = work().finally(() => this.#busy.delete(path))
    this.#busy.set(path, going)
    return going
  }

  async #inTime({ source }: MountPlace, going: Promise<void>): Promise<void> {
    const inTime = new AbortController()
    const silence = wait(this.#limits.commandMs + this.#limits.graceMs, 'late', inTime).catch(() => 'in time')
    try {
      if ((await Promise.race([going, silence])) !== 'late') return
    } finally {
      inTime.abort()
    }
    going.catch(() => undefined) // nobody waits for it any more
    throw new AppError('POOL_UNAVAILABLE', `${source.server} does not answer: the kernel still waits for it.`)
  }

  async #mountNow(place: MountPlace): Promise<void> {
    const state = await this.#stateOf(place)
    if (state === 'mounted') return
    if (state !== 'bare') throw new AppError('POOL_WRONG', otherSource(place, state))
    const { path, source } = place
    for (const folder of [this.#root, path]) await makeFolder(folder)
    try {
      await this.#run('mount', nfsMountArgs(source, path))
    } catch (error) {
      throw mountFailure(source, error)
    }
    if ((await this.#stateOf(place)) === 'mounted') return
    throw new AppError('POOL_UNAVAILABLE', `mount said that ${sourceText(source)} is mounted, but it is not.`)
  }

  async #unmountNow(place: MountPlace, isAway: boolean): Promise<void> {
    const state = await this.#stateOf(place)
    // Of somebody else: it is left.
    if (state !== 'mounted' && state !== 'bare') return
    await this.#clear(place.path, isAway)
  }

  async #clear(path: string, isAway: boolean): Promise<void> {
    if (mountAt(await readMounts(), await realPath(path)) !== undefined) await this.#takeDown(path, isAway)
    await rmdir(path).catch((error: unknown) => {
      // What somebody put into it while nothing was mounted stays.
      if (!isMissing(error) && !hasCode(error, 'ENOTEMPTY')) throw error
    })
  }

  async #takeDown(path: string, isAway: boolean): Promise<void> {
    try {
      await this.#run('umount', unmountArgs(path, false))
    } catch (error) {
      if (!isAway) throw unmountFailure(path, error)
      await this.#run('umount', unmountArgs(path, true)).catch((again: unknown) => {
        throw unmountFailure(path, again)
      })
    }
  }

  async #run(file: 'mount' | 'umount', args: readonly string[]): Promise<void> {
    await hypervisor().runTool({ file, args, timeoutMs: this.#limits.commandMs })
  }

  /** What is mounted there: that source, nothing, or the name of another. */
  async #stateOf({ path, source }: MountPlace): Promise<'mounted' | 'bare' | { readonly other: string }> {
    const found = mountAt(await readMounts(), await realPath(path))
    if (found === undefined) return 'bare'
    return withoutEndSlash(found.source) === withoutEndSlash(sourceText(source)) ? 'mounted' : { other: found.source }
  }
}

/** Of its folder only: the path itself may lie on a server that is away. */
async function realPath(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch((error: unknown) => {
    if (isMissing(error)) return dirname(path)
    throw error
  })
  return join(folder, basename(path))
}

/** Machines' users pass it on the way to their disks. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o711 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const withoutEndSlash = (text: string): string => text.replace(/(?<=.)\/+$/, '')

const otherSource = ({ path, source }: MountPlace, { other }: { readonly other: string }): string =>
  `${other} is mounted in ${path}, not ${sourceText(source)}: unmount it there.`

function mountFailure(source: PoolSource, error: unknown): AppError {
  const { message, details } = toAppError(error)
  const text = hasErrorCode(error, 'COMMAND_TIMEOUT') ? 'timed out' : outputOf(details) || message
  return new AppError('POOL_UNAVAILABLE', mountFailureText(source, text), { cause: error })
}

function unmountFailure(path: string, error: unknown): AppError {
  const { message, details } = toAppError(error)
  const text = outputOf(details) || message
  if (/busy/i.test(text)) {
    const hint = 'No machine has a disk there: look who works in it, as by fuser.'
    return new AppError('POOL_IN_USE', `Something on this host still uses ${path}. ${hint}`, { cause: error })
  }
  return new AppError('POOL_UNAVAILABLE', `${path} cannot be unmounted: ${text}`, { cause: error })
}

const outputOf = ({ lastLines }: Record<string, unknown>): string =>
  Array.isArray(lastLines) ? lastLines.join('\n') : ''

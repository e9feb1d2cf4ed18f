/**
 * The last picture of each machine's screen, in the machine's own folder, so that there is one to show when it is off:
 * after restarts of agent and panel, to every reader. It goes with the folder.
 *
 * Owner of its state: `last-screen.json` of each machine. Invariants: a picture and the moment it was taken are one file,
 * renamed into place, so neither is ever paired with another; it lies in the agent's folder, which QEMU's user cannot
 * write; nothing reads it to say how a machine is now. QEMU's user may write anything to where it draws: what is found
 * there is read without following a link, up to a bound, and only if it begins like a PNG.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { screenshotSchema, type Screenshot } from '@berth/core/vm/screenshot'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import { readPlainFile } from '../qemu/plain-file.ts'
import { saveScreenPng } from '../qmp/commands/screen-commands.ts'
import { isMissing, readFileIfAny } from '../storage/durable-files.ts'
import type { RunningMachine } from './machine.ts'

/** A screen of noise at the 16 MiB that QEMU's VGA has. */
const maxPngBytes = 16 * 2 ** 20
/** A desktop at 1920×1080 is 1 to 3 MB; a larger picture is shown while it is live and not kept. */
const maxKeptBytes = 4 * 2 ** 20
/** Of an end that was asked for: a QEMU that hangs is not waited for. */
const partingMs = 1_000
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export interface LastScreensOptions {
  fileOf: (vmId: VmId) => string
  logger: Logger
}

type Screen = Pick<RunningMachine, 'vmId' | 'qmp' | 'paths' | 'spec'>

export class LastScreens {
  readonly #options: LastScreensOptions
  readonly #taking = new Map<VmId, Promise<Screenshot>>()

  constructor(options: LastScreensOptions) {
    this.#options = options
  }

  /**
   * The screen now, kept as the last one. Takes QEMU's main loop 25 to 66 ms (7.2). QMP_REFUSED for a machine without a
   * screen. Who asks while one is being taken gets that one: they would write and remove the same file.
   */
  take(machine: Screen): Promise<Screenshot> {
    const { vmId } = machine
    const taking = this.#taking.get(vmId) ?? this.#take(machine).finally(() => this.#taking.delete(vmId))
    this.#taking.set(vmId, taking)
    return taking
  }

  /** Before an end that was asked for. Returns within a second, with or without a picture. */
  async takeParting(machine: Screen): Promise<void> {
    if (!machine.spec.hasScreen) return
    const late = new AbortController()
    try {
      await Promise.race([this.take(machine), pause(partingMs, undefined, late)])
    } catch (error) {
      // The machine goes on its way without it; the picture before it stays, with its own age.
      this.#options.logger.info({ err: error, vmId: machine.vmId }, 'no picture of a machine before its end')
    } finally {
      late.abort()
    }
  }

  /** The last one that was kept, however old; null when there is none, or none that can be read. */
  async read(vmId: VmId): Promise<Screenshot | null> {
    const text = await readFileIfAny(this.#options.fileOf(vmId))
    if (text === undefined) return null
    try {
      return screenshotSchema.parse(JSON.parse(text))
    } catch (error) {
      this.#options.logger.warn({ err: error, vmId }, 'the last picture of a machine cannot be read')
      return null
    }
  }

  /** The one of the host where the machine was before, as it lay there; kept unless there is a newer one. Throws INPUT_INVALID. */
  async merge(vmId: VmId, text: string): Promise<void> {
    const brought = pictureIn(text)
    if (brought === undefined) throw new AppError('INPUT_INVALID', 'That is no picture of a screen.')
    const own = await this.read(vmId)
    if (own === null || own.takenAt < brought.takenAt) await this.#keep(vmId, brought)
  }

  async #take({ vmId, qmp, paths }: Screen): Promise<Screenshot> {
    const takenAt = new Date().toISOString()
    try {
      await saveScreenPng(qmp, paths.screenFile)
      const png = await readPlainFile(paths.screenFile, maxPngBytes)
      if (!png.subarray(0, pngStart.length).equals(pngStart))
        throw new AppError('COMMAND_FAILED', 'QEMU wrote something else than a picture of the screen.')
      const shot = { pngBase64: png.toString('base64'), takenAt }
      if (png.length <= maxKeptBytes) await this.#keep(vmId, shot)
      return shot
    } finally {
      await rm(paths.screenFile, { force: true })
    }
  }

  /** Not synced: after a power cut an older picture, or none, loses nobody anything. */
  async #keep(vmId: VmId, shot: Screenshot): Promise<void> {
    const file = this.#options.fileOf(vmId)
    try {
      await writeFile(`${file}.part`, JSON.stringify(shot), { mode: 0o600 })
      await rename(`${file}.part`, file)
    } catch (error) {
      // Its folder went while the picture was taken: so did the machine. A full disk costs the copy, not the picture.
      if (!isMissing(error)) this.#options.logger.warn({ err: error, vmId }, 'a picture of a machine was not kept')
    }
  }
}

function pictureIn(text: string): Screenshot | undefined {
  try {
    const { data } = screenshotSchema.safeParse(JSON.parse(text))
    const start = Buffer.from(data?.pngBase64.slice(0, 12) ?? '', 'base64').subarray(0, pngStart.length)
    return start.equals(pngStart) ? data : undefined
  } catch {
    // No JSON: no picture.
    return undefined
  }
}

/** What can be asked of a machine besides its state: its screen and command line; and keys to press. */
import { readFile, rm } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'
import { pressKeys, saveScreenPng, type KeyCode } from '../qmp/commands/screen-commands.ts'
import { openPlainFile } from '../qemu/plain-file.ts'
import { qmpSchema } from '../qmp/qmp-schema.generated.ts'
import type { Machine } from './machine.ts'

export interface Screenshot {
  pngBase64: string
  takenAt: string
}

/** The screen now. Takes QEMU's main loop 25 to 66 ms (7.2). QMP_REFUSED for a machine without a screen. */
export async function takeScreenshot({ qmp, paths }: Machine): Promise<Screenshot> {
  const takenAt = new Date().toISOString()
  try {
    await saveScreenPng(qmp, paths.screenFile)
    await using file = await openPlainFile(paths.screenFile)
    return { pngBase64: await file.readFile('base64'), takenAt }
  } finally {
    await rm(paths.screenFile, { force: true })
  }
}

/** As the kernel has it, so it is what runs, not what was meant. */
export async function readCommandLine({ pid }: Machine): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8')
  return text.split('\0').slice(0, -1)
}

const codes = qmpSchema.types['SendKeyArgumentsKeysItemQcodeData']
const keyCodes = new Set(codes !== undefined && 'values' in codes ? codes.values : [])
const isKeyCode = (key: string): key is KeyCode => keyCodes.has(key)

/** Presses the keys together. Throws INPUT_INVALID for a name that QEMU does not know. */
export async function sendKeys({ qmp }: Machine, keys: readonly string[]): Promise<void> {
  const unknown = keys.find((key) => !isKeyCode(key))
  if (unknown !== undefined) throw new AppError('INPUT_INVALID', `There is no key "${unknown}".`)
  await pressKeys(qmp, keys.filter(isKeyCode))
}

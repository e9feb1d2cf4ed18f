/** What can be asked of a machine besides its state and its screen: its command line; and keys to press. */
import { readFile } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'
import { pressKeys, type KeyCode } from '../qmp/commands/screen-commands.ts'
import { qmpSchema } from '../qmp/qmp-schema.generated.ts'
import type { Machine } from './machine.ts'

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

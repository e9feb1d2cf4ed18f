/** What can be asked of a machine besides its state and its screen: its command line; and keys to press. */
import { AppError } from '@berth/core/errors/app-error'
import { hypervisor } from '../hypervisor/hypervisor.ts'
import { pressKeys, type KeyCode } from '../qmp/commands/screen-commands.ts'
import { qmpSchema } from '../qmp/qmp-schema.generated.ts'
import type { Machine } from './machine.ts'

/** As the kernel has it, so it is what runs, not what was meant. */
export async function readCommandLine({ pid }: Machine): Promise<string[]> {
  const args = await hypervisor().processes.commandLine(pid)
  if (args === undefined) throw new AppError('VM_STATE_CONFLICT', 'The machine has ended in this moment.')
  return args
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

/**
 * Writing QEMU options. JSON where QEMU takes it (7.2: -object -blockdev -netdev -device), for then a value can never
 * become an option; where it does not (-chardev -machine -name -vnc), a checked word, or a path with its commas doubled.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { BlockNode } from '../qmp/commands/mirror-commands.ts'

export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[]
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export const jsonOption = (
  option: '-object' | '-blockdev' | '-netdev' | '-device',
  value: JsonObject | BlockNode,
): string[] => [option, JSON.stringify(value)]

export const deviceArgs = (device: JsonObject): string[] => jsonOption('-device', device)

/** A value for an option string: letters, digits and `. _ : -`. Throws INPUT_INVALID for anything else. */
export function checkedWord(what: string, value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(value)) return value
  throw new AppError('INPUT_INVALID', `${what} cannot be given to QEMU: ${JSON.stringify(value)}`)
}

/** An absolute path for an option string. In one, a comma ends the value unless it is doubled. */
export function pathInOption(path: string): string {
  if (path.startsWith('/') && !/[\0\n]/.test(path)) return path.replaceAll(',', ',,')
  throw new AppError('INPUT_INVALID', `not an absolute path: ${JSON.stringify(path)}`)
}

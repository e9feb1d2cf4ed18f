/** The screen as a picture, and keys. */
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

type SendKeyItem = QmpCommands['send-key']['arguments']['keys'][number]
/** QEMU's name of a key: 'ctrl', 'alt', 'delete', 'f1', 'a', … */
export type KeyCode = Extract<SendKeyItem, { type: 'qcode' }>['data']

/**
 * Writes the screen as PNG to `path`, which QEMU's own user must be able to write. 25 to 66 ms in QEMU's main loop (7.2):
 * for thumbnails, not for video. QMP_REFUSED without a screen.
 */
export async function saveScreenPng(qmp: QmpClient, path: string, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('screendump', { filename: path, format: 'png' }, options)
}

/** Presses the keys together and releases them, as in ['ctrl', 'alt', 'delete']. */
export async function pressKeys(qmp: QmpClient, keys: readonly KeyCode[], options?: ExecuteOptions): Promise<void> {
  await qmp.execute('send-key', { keys: keys.map((data) => ({ type: 'qcode', data })) }, options)
}

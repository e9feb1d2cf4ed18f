/** Devices of a running machine: plug, unplug, cable. */
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type DeviceOptions = QmpCommands['device_add']['arguments']

/** Plugs a device in. On q35 it needs a free pcie-root-port as `bus`: pcie.0 takes no hot-plug. */
export async function addDevice(qmp: QmpClient, device: DeviceOptions, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('device_add', device, options)
}

/**
 * Asks the guest to let a device go, and waits until it did: the reply to device_del only says that the guest was asked.
 * Throws QMP_REFUSED (no such device), QMP_TIMEOUT when the guest never answers, as one without a driver does.
 */
export async function removeDevice(
  qmp: QmpClient,
  deviceId: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<'deleted' | 'refusedByGuest'> {
  using listener = qmp.listen(['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR'])
  await qmp.execute('device_del', { id: deviceId }, { signal: options.signal })
  const event = await listener.waitFor((candidate) => candidate.data.device === deviceId, options)
  return event.name === 'DEVICE_DELETED' ? 'deleted' : 'refusedByGuest'
}

/** Plugs the network cable in (`isUp`) or out; the guest sees the link change. `deviceId` is the NIC's or netdev's. */
export async function setLink(qmp: QmpClient, { deviceId, isUp }: { deviceId: string; isUp: boolean }): Promise<void> {
  await qmp.execute('set_link', { name: deviceId, up: isUp })
}

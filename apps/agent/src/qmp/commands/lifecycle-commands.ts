/** Run, pause, reset, power button, end: what moves a machine between QEMU's run states. */
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type RunStatus = QmpCommands['query-status']['returns']

/** QEMU's own view: `running`, and `status` as 'prelaunch', 'running', 'paused', 'shutdown', 'guest-panicked', … */
export const queryStatus = (qmp: QmpClient, options?: ExecuteOptions): Promise<RunStatus> =>
  qmp.execute('query-status', {}, options)

/** Lets the vCPUs run. QMP_REFUSED where QEMU cannot, as when another process holds the image's lock. */
export async function resumeVcpus(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('cont', {}, options)
}

/** Stops the vCPUs and drains the disks. */
export async function pauseVcpus(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('stop', {}, options)
}

/** Presses the power button (ACPI). A guest without ACPI, or one that still boots, ignores it: nothing tells. */
export async function pressPowerButton(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('system_powerdown', {}, options)
}

/** Resets the machine as the reset button does; RESET with reason host-qmp-system-reset follows. */
export async function resetMachine(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('system_reset', {}, options)
}

/** Ends QEMU in order, disks flushed; the guest is not asked. The link dies after the reply. */
export async function quitQemu(qmp: QmpClient, options?: ExecuteOptions): Promise<void> {
  await qmp.execute('quit', {}, options)
}

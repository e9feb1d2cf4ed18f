/** Consoles, sampler and last pictures as listeners of machines: what each of them needs of a run. */
import type { Logger } from 'pino'
import type { Consoles } from '../console/consoles.ts'
import type { Sampler } from '../metrics/sampler.ts'
import type { LastScreens } from './last-screens.ts'
import type { MachineListener, RunningMachine } from './machine.ts'

export function consoleFollower(consoles: Consoles): MachineListener {
  return {
    machineOn: ({ vmId, paths }) =>
      consoles.runBegan({ vmId, vncSocketPath: paths.vncSocket, serialSocketPath: paths.serialSocket }),
    machineOff: ({ vmId }) => consoles.runEnded(vmId),
    machineRemoved: (vmId) => consoles.forget(vmId),
  }
}

export function samplerFollower(sampler: Sampler, logger: Logger): MachineListener {
  // Not waited for: its question to QEMU would stand in every start, and the next round is up to 2 s away.
  const begin = ({ vmId, pid, spec, taps, qmp }: RunningMachine): void => {
    sampler
      .runBegan({ vmId, pid, vcpus: spec.vcpus, taps: taps.map(({ ifname }) => ifname), qmp })
      .catch((error: unknown) => logger.error({ err: error, vmId }, 'a machine is not sampled'))
  }
  return {
    machineOn: begin,
    // It keeps the link that it was given.
    machineRelinked: begin,
    machineOff: ({ vmId }) => sampler.runEnded(vmId),
    machineRemoved: (vmId) => sampler.forget(vmId),
  }
}

export const screensFollower = (screens: LastScreens): MachineListener => ({
  machineOn: () => undefined,
  machineParting: (machine) => screens.takeParting(machine),
  machineOff: () => undefined,
})

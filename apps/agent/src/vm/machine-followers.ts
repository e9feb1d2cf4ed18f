/** Consoles and sampler as listeners of machines: what each of them needs of a run. */
import type { Consoles } from '../console/consoles.ts'
import type { Sampler } from '../metrics/sampler.ts'
import type { MachineListener, RunningMachine } from './machine.ts'

export function consoleFollower(consoles: Consoles): MachineListener {
  return {
    machineOn: ({ vmId, paths }) =>
      consoles.runBegan({ vmId, vncSocketPath: paths.vncSocket, serialSocketPath: paths.serialSocket }),
    machineOff: ({ vmId }) => consoles.runEnded(vmId),
    machineRemoved: (vmId) => consoles.forget(vmId),
  }
}

export function samplerFollower(sampler: Sampler): MachineListener {
  const begin = ({ vmId, pid, spec, taps, qmp }: RunningMachine): Promise<void> =>
    sampler.runBegan({ vmId, pid, vcpus: spec.vcpus, taps: taps.map(({ ifname }) => ifname), qmp })
  return {
    machineOn: begin,
    // It keeps the link that it was given.
    machineRelinked: begin,
    machineOff: ({ vmId }) => sampler.runEnded(vmId),
    machineRemoved: (vmId) => sampler.forget(vmId),
  }
}

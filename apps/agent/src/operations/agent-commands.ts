/**
 * What each command of the panel does: the one place where commands meet machines and storage.
 *
 * It owns nothing. Invariants: each command is idempotent and answers as agentResultSchemas says; a command for a machine
 * is checked against its epoch before anything is done; a disk that a process uses is neither removed nor resized here.
 */
import type { AgentCommand, AgentCommandOf, AgentResultOf } from '@berth/core/agent-contract/agent-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { Movement } from '../migration/movement.ts'
import type { Relocation } from '../relocation/relocation.ts'
import type { ImageOffers } from '../storage/image-offers.ts'
import type { Storage } from '../storage/storage.ts'
import { sightVolumes } from '../vm/volume-sightings.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import type { VmStore } from '../vm/vm-store.ts'
import { changeDisc } from './change-disc.ts'
import { startMachine } from './start-machine.ts'
import { volumeCommands } from './volume-commands.ts'
import type { StepRun } from './step-runner.ts'

export interface CommandTargets {
  readonly storage: Storage
  readonly machines: VmRegistry
  readonly store: VmStore
  readonly movement: Movement
  readonly relocation: Relocation
  readonly offers: ImageOffers
}

type Target = Pick<AgentCommandOf<'vm.undefine'>, 'vmId' | 'vmEpoch'>
type AnyResult = AgentResultOf<AgentCommand['kind']>

/** Throws AppError; the result is that of the command's kind. */
export async function runAgentCommand(
  targets: CommandTargets,
  command: AgentCommand,
  run: StepRun,
): Promise<AnyResult> {
  const { storage, machines, movement, relocation, offers } = targets
  const volumes = volumeCommands(targets)
  switch (command.kind) {
    case 'image.import':
      storage.requirePool(command.pool)
      return storage.images.import(command, run)
    case 'image.delete':
      refuseUsedImage(machines, command)
      await storage.images.delete(command.imageId, command.pool)
      return {}
    case 'image.copy':
      return storage.images.copy(command, run)
    case 'image.offer':
      return offers.offer(command, run)
    case 'image.fetch':
      return fetchImage(targets, command, run)
    case 'pool.attach':
      return storage.attachPool(command)
    case 'pool.detach':
      await storage.detachPool(command, machines.poolUsers())
      return {}
    case 'volume.create':
      return volumes.create(command, run)
    case 'volume.delete':
      return volumes.delete(command)
    case 'volume.resize':
      return volumes.resize(command)
    case 'volume.move':
      return relocation.move(command, run)
    case 'vm.define':
      for (const { pool } of command.spec.disks) storage.requirePool(pool)
      await machines.define(command)
      await sightVolumes(machines.require(command.vmId), storage)
      return {}
    case 'vm.undefine':
      // The record has said whose its disks are; from now on only what stands beside them does.
      await claimOwn(targets, command)
      await machines.undefine(command, run.signal)
      return {}
    case 'vm.start':
      return startMachine(machines.target(command), run.signal)
    case 'vm.shutdown':
      await machines.target(command).shutdown(command.timeoutMs, run.signal)
      return {}
    case 'vm.stop':
      await machines.target(command).stop(run.signal)
      return {}
    case 'vm.reboot':
      await machines.target(command).reboot(command.timeoutMs, run.signal)
      return {}
    case 'vm.reset':
      await machines.target(command).reset(run.signal)
      return {}
    case 'vm.pause':
      await machines.target(command).pause(run.signal)
      return {}
    case 'vm.resume':
      await machines.target(command).resume(run.signal)
      return {}
    case 'vm.changeDisc':
      await changeDisc(machines.target(command), { ...command, images: storage.images, signal: run.signal })
      return {}
    case 'move.inspect':
      return movement.passportOf(machines.target(command))
    case 'move.prepare':
      return movement.moveIn.prepare(command, run.signal)
    case 'move.send':
      return movement.moveOut.send(command, run)
    case 'move.follow':
      return movement.moveOut.follow(command, run)
    case 'move.abandon':
      await movement.moveIn.abandon(command)
      return {}
    case 'move.rehearse':
      return movement.rehearse(command, run.signal)
  }
}

/** One connection for all its pieces; none where the image is here by now. */
async function fetchImage(
  { storage, movement }: CommandTargets,
  command: AgentCommandOf<'image.fetch'>,
  run: StepRun,
): Promise<AgentResultOf<'image.fetch'>> {
  const { imageId, token } = command
  await using link = await movement.openLink(command.from)
  return await storage.images.fetch(command, (from) => link.readImage({ imageId, token, from }, run.signal), run)
}

async function claimOwn({ machines, storage }: CommandTargets, target: Target): Promise<void> {
  if (machines.get(target.vmId) === undefined) return
  const { record } = machines.target(target)
  await storage.volumes.claim(record.vmId, record.spec.disks, record.epoch)
}

/** An overlay reads its image for as long as it lives, a drive its disc. */
function refuseUsedImage(machines: VmRegistry, { imageId }: AgentCommandOf<'image.delete'>): void {
  // One that is on its way here has its overlay already, and no record yet.
  const coming = [...machines.waiting.values()].map(({ spec }) => spec)
  const users = [...machines.specs(), ...coming].filter(
    ({ disks, cdrom }) =>
      cdrom?.imageId === imageId ||
      disks.some(({ source }) => source.kind === 'image' && source.mode === 'overlay' && source.imageId === imageId),
  )
  if (users.length === 0) return
  const names = users.map(({ name }) => name)
  throw new AppError('IMAGE_IN_USE', `Machines on this host use the image: ${names.join(', ')}`, { details: { names } })
}

/** Every kind of operation and its workflow. A kind without one does not compile; one without a harness world fails its test. */
import type { OperationKind } from '@berth/core/operation/operation'
import { runSteps, type WorkflowOutcome, type WorkflowRun } from '@berth/core/workflow/run-steps'
import type { JsonObject, Workflow } from '@berth/core/workflow/step'
import { hostDrain } from './host-drain.ts'
import { imageDelete } from './image-delete.ts'
import { imageForget } from './image-forget.ts'
import { imageImport } from './image-import.ts'
import { poolCreate } from './pool-create.ts'
import { poolAttach, poolDetach } from './pool-hosts.ts'
import type { WorkflowContext } from './ports.ts'
import { vmCreate } from './vm-create.ts'
import { vmDelete } from './vm-delete.ts'
import { vmEjectDisc, vmInsertDisc } from './vm-disc.ts'
import { vmMigrate } from './vm-migrate.ts'
import { vmMoveDisk } from './vm-move-disk.ts'
import { vmRehearse } from './vm-rehearse.ts'
import { vmPause, vmReboot, vmReset, vmResume, vmShutdown, vmStart, vmStop } from './vm-power.ts'
import { vmUpdate } from './vm-update.ts'

interface RegisteredStep {
  readonly name: string
  readonly title: string
  readonly weight?: number
  readonly isPointOfNoReturn?: true
  readonly hearsCancel?: true
}

/** A workflow with its own state's type closed over. */
export interface RegisteredWorkflow {
  readonly version: number
  readonly steps: readonly RegisteredStep[]
  /** Throws ZodError when the args are not this kind's. */
  readonly checkArgs: (args: unknown) => void
  readonly run: (run: WorkflowRun<WorkflowContext>) => Promise<WorkflowOutcome>
}

function register<State extends JsonObject>(workflow: Workflow<WorkflowContext, State>): RegisteredWorkflow {
  return {
    version: workflow.version,
    steps: workflow.steps,
    checkArgs: (args) => void workflow.parseInput(args),
    run: (run) => runSteps(workflow, run),
  }
}

export const workflowRegistry: Readonly<Record<OperationKind, RegisteredWorkflow>> = {
  'vm.create': register(vmCreate),
  'vm.start': register(vmStart),
  'vm.shutdown': register(vmShutdown),
  'vm.stop': register(vmStop),
  'vm.reboot': register(vmReboot),
  'vm.reset': register(vmReset),
  'vm.pause': register(vmPause),
  'vm.resume': register(vmResume),
  'vm.update': register(vmUpdate),
  'vm.insertDisc': register(vmInsertDisc),
  'vm.ejectDisc': register(vmEjectDisc),
  'vm.migrate': register(vmMigrate),
  'vm.rehearse': register(vmRehearse),
  'vm.moveDisk': register(vmMoveDisk),
  'vm.delete': register(vmDelete),
  'image.import': register(imageImport),
  'image.delete': register(imageDelete),
  'image.forget': register(imageForget),
  'pool.create': register(poolCreate),
  'pool.attach': register(poolAttach),
  'pool.detach': register(poolDetach),
  'host.drain': register(hostDrain),
}

/** Brings one more host to a shared pool, or takes one off. What lies in the pool stays; its name is free with its last host. */
import { defineWorkflow, type Workflow } from '@berth/core/workflow/step'
import { operationArgsSchemas } from './operation-args.ts'
import { attachHost, detachHost, type PoolPlace } from './pool-steps.ts'
import type { WorkflowContext } from './ports.ts'
import { hostStepLimits, rowStepLimits } from './vm-target.ts'

type PoolHostState = PoolPlace & Readonly<Record<string, unknown>>
type PoolHostWorkflow = Workflow<WorkflowContext, PoolHostState>

const placeOf = ({ poolId, name, path, source, hostId }: PoolHostState): PoolPlace => ({
  ...{ poolId, name, path, source, hostId },
})

export const poolAttach: PoolHostWorkflow = defineWorkflow<WorkflowContext, PoolHostState>({
  kind: 'pool.attach',
  version: 1,
  parseInput: (args) => operationArgsSchemas['pool.attach'].parse(args),
  steps: [
    {
      name: 'attach',
      title: 'Find the pool on the host',
      ...hostStepLimits,
      do: async (context, state, run) => {
        await attachHost({ context, run, place: placeOf(state) }, false)
        return undefined
      },
      undo: (context, state, run) => detachHost({ context, run, place: placeOf(state) }),
    },
  ],
})

export const poolDetach: PoolHostWorkflow = defineWorkflow<WorkflowContext, PoolHostState>({
  kind: 'pool.detach',
  version: 1,
  parseInput: (args) => operationArgsSchemas['pool.detach'].parse(args),
  steps: [
    {
      name: 'detach',
      title: 'Take the pool off the host',
      isPointOfNoReturn: true,
      ...hostStepLimits,
      do: async (context, state, run) => {
        await detachHost({ context, run, place: placeOf(state) })
        return undefined
      },
    },
    {
      name: 'forget',
      title: 'Free its name when it was the last host',
      ...rowStepLimits,
      do: async ({ pools }, { poolId }) => {
        await pools.forget(poolId)
        return undefined
      },
    },
  ],
})

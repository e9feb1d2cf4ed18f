/**
 * Makes a shared pool: name (a row, when it was accepted) ─▶ make (the first host writes the pool's id into the directory) ─▶
 * attach (the others must find that id: they see the same directory). Undone whole: no host keeps it, and an empty
 * directory is empty again.
 */
import { defineWorkflow } from '@berth/core/workflow/step'
import type { z } from 'zod'
import { operationArgsSchemas } from './operation-args.ts'
import { attachHost, detachHost, type PoolPlace } from './pool-steps.ts'
import type { WorkflowContext } from './ports.ts'
import { hostStepLimits, rowStepLimits } from './vm-target.ts'

type PoolCreateState = Readonly<z.infer<(typeof operationArgsSchemas)['pool.create']>> &
  Readonly<Record<string, unknown>>

const placesOf = ({ hostIds, poolId, name, path, source }: PoolCreateState): PoolPlace[] =>
  hostIds.map((hostId) => ({ poolId, name, path, source, hostId }))

export const poolCreate = defineWorkflow<WorkflowContext, PoolCreateState>({
  kind: 'pool.create',
  version: 1,
  parseInput: (args) => operationArgsSchemas['pool.create'].parse(args),
  steps: [
    {
      name: 'name',
      title: 'Reserve the name',
      isDoneOnAccept: true,
      ...rowStepLimits,
      do: () => Promise.resolve(undefined),
      undo: ({ pools }, { poolId }) => pools.forget(poolId),
    },
    {
      name: 'make',
      title: 'Make the pool on the first host',
      ...hostStepLimits,
      do: async (context, state, run) => {
        for (const place of placesOf(state).slice(0, 1)) await attachHost({ context, run, place }, true)
        return undefined
      },
      undo: async (context, state, run) => {
        for (const place of placesOf(state).slice(0, 1)) await detachHost({ context, run, place })
      },
    },
    {
      name: 'attach',
      title: 'Find the same directory on the other hosts',
      ...hostStepLimits,
      isNeeded: ({ hostIds }) => hostIds.length > 1,
      do: async (context, state, run) => {
        for (const place of placesOf(state).slice(1)) await attachHost({ context, run, place }, false)
        return undefined
      },
      undo: async (context, state, run) => {
        for (const place of placesOf(state).slice(1).toReversed()) await detachHost({ context, run, place })
      },
    },
  ],
})

/** A rehearsal's world is that of a move; whatever its end, nothing of it is left, and the machine is where it was. */
import type { HarnessCase } from '@berth/core/workflow/workflow-harness'
import { harnessCases } from '@berth/core/workflow/workflow-harness'
import { vmRehearse } from '../vm-rehearse.ts'
import { MoveWorld } from './move-world.ts'

export const rehearseCases = (): readonly HarnessCase[] =>
  harnessCases({
    workflow: vmRehearse,
    world: () => {
      const made = new MoveWorld()
      const { vmId, sourceHostId, targetHostId, vmEpoch, policy } = made.args
      const transport = { streams: 1, compression: 'none' }
      return {
        context: made.context,
        args: { vmId, sourceHostId, targetHostId, vmEpoch, policy, transport },
        leftovers: () => made.leftovers(),
        missing: () => made.leftovers(),
      }
    },
  })

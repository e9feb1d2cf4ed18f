/** What can be chosen for a move: every policy is kept, and what does not go together is refused with its reason. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { movePolicySchema } from '@berth/core/migration/move-policy'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addMoveHosts, addRunningVm } from './testing/move-fleet-repo.ts'

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

it('takes every policy that core knows, and says which it was; refuses what cannot be', async () => {
  const { db } = world.process.panel
  const [source = '', target = ''] = await addMoveHosts(db, ['host-a', 'host-b'])
  const api = world.as(world.admin)
  let count = 0
  const ask = async (wanted: Partial<Parameters<typeof api.vm.migrate>[0]>) => {
    const vmId = await addRunningVm(db, { name: `web-${++count}`, ownerId: world.ada.userId, hostId: source })
    return api.vm.migrate({ vmId, targetHostId: target, ...wanted })
  }
  await expect(ask({ policy: 'slow-down' })).rejects.toMatchObject({ cause: { code: 'HOST_UNFIT' } })
  await db.host.updateMany({ data: { capabilities: ['moves', 'move-options'] } })
  for (const policy of movePolicySchema.options) {
    const { operationId } = await ask({ policy })
    expect(await api.operation.move({ operationId })).toMatchObject({ policy })
  }
  const transport = { streams: 4, compression: 'none' } as const
  await ask({ policy: 'slow-down', transport })
  const early = ask({ policy: 'post-copy', transport })
  await expect(early).rejects.toMatchObject({ cause: { code: 'INPUT_INVALID' } })
})

/**
 * What both QEMUs are told before the first byte. QEMU keeps capabilities and parameters from one move to the next, so all that
 * a move may set is said each time, also where it is off. None of it can be changed while memory is sent, but the throttle
 * can: a policy that may slow the guest begins with auto-converge held at 1 %.
 */
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import { usesStreams, type MoveTransport } from '@berth/core/migration/move-transport'
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import { setMoveCapabilities, setStreams, setThrottle } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'

const leastThrottlePercent = 1

/** Throws MOVE_FAILED when this QEMU lacks something that the move asks for. */
export async function setUpSource(
  qmp: QmpClient,
  { policy, transport, standsFirst = false }: { policy: MovePolicy; transport: MoveTransport; standsFirst?: boolean },
): Promise<void> {
  const maySlow = policyMay(policy, 'slow')
  await lackingIsRefused('MOVE_FAILED', async () => {
    await setMoveCapabilities(qmp, {
      ...{ events: true, 'return-path': true, 'auto-converge': maySlow, multifd: usesStreams(transport) },
      ...{ 'postcopy-ram': policyMay(policy, 'switch'), 'pause-before-switchover': standsFirst },
    })
    if (usesStreams(transport)) await setStreams(qmp, transport)
    if (maySlow) await setThrottle(qmp, leastThrottlePercent)
  })
}

/** Throws MOVE_REFUSED_BY_TARGET as above. */
export async function setUpTarget(
  qmp: QmpClient,
  { transport, mayComeEarly }: { transport: MoveTransport; mayComeEarly: boolean },
): Promise<void> {
  await lackingIsRefused('MOVE_REFUSED_BY_TARGET', async () => {
    await setMoveCapabilities(qmp, {
      ...{ events: true, 'return-path': true, 'late-block-activate': true, multifd: usesStreams(transport) },
      'postcopy-ram': mayComeEarly,
    })
    if (usesStreams(transport)) await setStreams(qmp, transport)
  })
}

async function lackingIsRefused(
  code: 'MOVE_FAILED' | 'MOVE_REFUSED_BY_TARGET',
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
    const words = toAppError(error).message
    throw new AppError(code, `This host's QEMU cannot do what the move asks for: ${words}`, { cause: error })
  }
}

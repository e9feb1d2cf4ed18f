import { describe, expect, it } from 'vitest'
import { imageIdSchema, newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { diskPlanSchema } from '@berth/core/migration/disk-plan'
import { GiB, MiB } from '@berth/core/units/bytes'
import type { CandidatePool } from './candidate-host.ts'
import type { MovingDisk } from './moving-machine.ts'
import { planDisks } from './plan-disks.ts'
import { makeCandidate } from './testing/make-candidate.ts'

const pool = (name: string, freeGiB: number, change: Partial<CandidatePool> = {}): CandidatePool => ({
  ...{ name, freeBytes: freeGiB * GiB, sharedPoolId: null, problem: null },
  ...change,
})

const disk = (change: Partial<MovingDisk> = {}): MovingDisk => ({
  ...{ volumeId: volumeIdSchema.parse(newUuid()), format: 'qcow2', sizeBytes: 10 * GiB, allocatedBytes: GiB },
  ...{ pool: 'default', sharedPoolId: null, image: null, wishedPool: null },
  ...change,
})

const debian = {
  ...{ imageId: imageIdSchema.parse(newUuid()), sha256: 'a'.repeat(64), bytes: 300 * MiB },
  places: [{ hostId: 'host-a', pool: 'default' }],
  senderHostIds: ['host-a'],
}

const plan = (disks: readonly MovingDisk[], pools: readonly CandidatePool[]) =>
  planDisks(disks, makeCandidate('host-b', { pools })).map((each) => diskPlanSchema.parse(each))

/** The pool that one disk goes into, or why it goes nowhere. */
function placed(change: Partial<MovingDisk>, pools: readonly CandidatePool[]): string | undefined {
  const [only] = plan([disk(change)], pools)
  return only?.kind === 'travels' ? only.targetPool : only?.kind === 'stuck' ? only.why : only?.kind
}

describe('which pool', () => {
  it('is the one of the same name, before a larger one', () => {
    expect(placed({}, [pool('large', 100), pool('default', 10)])).toBe('default')
  })

  it('is one that has room, works, and else the one with the most free', () => {
    expect(placed({}, [pool('default', 0.5), pool('b', 20), pool('a', 20), pool('small', 5)])).toBe('a')
    expect(placed({}, [pool('default', 50, { problem: 'not mounted.' }), pool('small', 5)])).toBe('small')
  })

  it('is one in which its image lies, before a larger one in which it does not', () => {
    const image = { ...debian, places: [{ hostId: 'host-b', pool: 'images' }] }
    expect(placed({ pool: 'fast', image }, [pool('large', 100), pool('images', 10)])).toBe('images')
  })

  it('is the one that was asked for, or none', () => {
    const pools = [pool('default', 50), pool('small', 0.5), pool('other', 3)]
    expect(placed({ wishedPool: 'other' }, pools)).toBe('other')
    expect(placed({ wishedPool: 'small' }, pools)).toBe(
      'disk 1 (10 GiB) does not fit there: "small": 1 GiB needed, 512 MiB free',
    )
    expect(placed({ wishedPool: 'none' }, pools)).toBe(
      'disk 1 (10 GiB) cannot go into a pool "none", which it does not have',
    )
  })

  it('is none of a host without any, and each is named where none has room', () => {
    expect(placed({}, [])).toBe('disk 1 (10 GiB) finds no pool there')
    expect(placed({}, [pool('default', 0.5), pool('fast', 9, { problem: 'not mounted' })])).toBe(
      'disk 1 (10 GiB) fits into none of its pools ("default": 1 GiB needed, 512 MiB free; "fast": does not work: not mounted)',
    )
  })

  it('is its own where both hosts see it', () => {
    const shared = { pool: 'fast', sharedPoolId: 'pool-1' }
    const pools = [pool('fast', 0, { sharedPoolId: 'pool-1' }), pool('default', 50)]
    expect(placed(shared, pools)).toBe('stays')
    expect(placed({ ...shared, wishedPool: 'fast' }, pools)).toBe('stays')
    expect(placed({ ...shared, wishedPool: 'default' }, pools)).toMatch(/stays there; it does not go into "default"$/)
  })
})

describe('what it takes', () => {
  const needOf = (change: Partial<MovingDisk>) => plan([disk(change)], [pool('default', 100)])[0]

  it('is what its file has, or all where nobody knows or holes may not stay', () => {
    expect(needOf({})).toMatchObject({ needBytes: GiB, isFlattened: false })
    expect(needOf({ allocatedBytes: null })).toMatchObject({ needBytes: 10 * GiB })
    expect(needOf({ format: 'raw' })).toMatchObject({ needBytes: 10 * GiB })
  })

  it('is its image too where that does not lie there, and never more than the disk', () => {
    const whole = { isFlattened: true, base: { kind: 'none' } }
    expect(needOf({ image: debian })).toMatchObject({ needBytes: GiB + 300 * MiB, ...whole })
    expect(needOf({ image: { ...debian, bytes: 50 * GiB } })).toMatchObject({ needBytes: 10 * GiB, ...whole })
    const there = { ...debian, places: [{ hostId: 'host-b', pool: 'default' }] }
    const { imageId, sha256 } = debian
    const base = { kind: 'image', imageId, sha256 }
    expect(needOf({ image: there })).toMatchObject({ needBytes: GiB, isFlattened: false, base })
    expect(needOf({ image: { ...there, sha256: null } })).toMatchObject(whole)
  })

  it('is its image beside it where another host can send that, and this one can take it', () => {
    const pools = [pool('default', 100), pool('images', 50)]
    const candidate = makeCandidate('host-b', { pools, capabilities: ['mirror', 'image-transfer'] })
    const one = (image: MovingDisk['image']) => planDisks([disk({ pool: 'fast', image })], candidate)[0]
    const { imageId, sha256 } = debian
    expect(one(debian)).toMatchObject({
      ...{ targetPool: 'default', isFlattened: false, sentImageBytes: 300 * MiB, needBytes: GiB + 300 * MiB },
      base: { kind: 'image', imageId, sha256 },
    })
    // Where it lies already nothing is sent; where nobody can send it, the disk comes as a whole.
    const there = { ...debian, places: [{ hostId: 'host-b', pool: 'images' }] }
    expect(one(there)).toMatchObject({ targetPool: 'images', sentImageBytes: 0, needBytes: GiB })
    expect(one({ ...debian, senderHostIds: [] })).toMatchObject({ isFlattened: true, sentImageBytes: 0 })
    expect(one({ ...debian, senderHostIds: ['host-b'] })).toMatchObject({ isFlattened: true })
  })

  it('is gone for the next disk', () => {
    const disks = [
      disk({ allocatedBytes: 2 * GiB }),
      disk({ allocatedBytes: 2 * GiB }),
      disk({ allocatedBytes: 2 * GiB }),
    ]
    const plans = plan(disks, [pool('default', 3), pool('other', 2)])
    expect(plans.map((each) => (each.kind === 'travels' ? each.targetPool : each.kind))).toEqual([
      'default',
      'other',
      'stuck',
    ])
    expect(plans[2]).toMatchObject({ number: 3, why: expect.stringContaining('"default": 2 GiB needed, 1 GiB free') })
  })
})

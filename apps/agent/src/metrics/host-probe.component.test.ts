import { newUuid } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { HostProbe } from './host-probe.ts'
import type { InterfaceCounters } from './network-counters.ts'

const ip = (...args: string[]): Promise<unknown> => runCommand({ file: 'ip', args, timeoutMs: 5_000 })

it.runIf(process.getuid?.() === 0)(
  "counts a host's traffic at its NICs, and not again at the bridge above",
  async () => {
    const bridge = `tbr${newUuid().slice(-8)}`
    await ip('link', 'add', 'name', bridge, 'type', 'bridge')
    const probe = new HostProbe()
    const sampleAt = (nowMs: number, bytes: number): number => {
      const counters: InterfaceCounters = { rxBytes: bytes, txBytes: 0 }
      const interfaces = new Map(['eth7', bridge, 'btap0123456789', 'lo'].map((name) => [name, counters]))
      return probe.sample(nowMs, interfaces).networkRxBytesPerSecond
    }
    try {
      expect(sampleAt(1_000, 0)).toBe(0)
      expect(sampleAt(2_000, 5_000)).toBe(5_000)
    } finally {
      probe.close()
      await ip('link', 'delete', bridge)
    }
  },
)

import { describe, expect, it } from 'vitest'
import { nextVmState } from '@berth/core/vm/vm-transitions'
import type { HeldVmState } from '@berth/core/vm/vm-state'
import { freshMemory, readGuestEvent, type WatchedEvent } from './guest-events.ts'

const timestampMs = 0
const stop: WatchedEvent = { name: 'STOP', data: {}, timestampMs }
const resume: WatchedEvent = { name: 'RESUME', data: {}, timestampMs }
const shutdown = (guest: boolean, reason: string): WatchedEvent => ({
  name: 'SHUTDOWN',
  data: { guest, reason },
  timestampMs,
})
const panic: WatchedEvent = { name: 'GUEST_PANICKED', data: { action: 'pause' }, timestampMs }

/** Where a machine comes to that was running, with the last reading. */
function play(events: readonly WatchedEvent[]) {
  let state: HeldVmState = 'running'
  let memory = freshMemory
  let pauseReason = null
  for (const event of events) {
    const reading = readGuestEvent(memory, event, 'agent-port')
    memory = reading.memory
    if (reading.happening !== null) {
      state = nextVmState(state, reading.happening) ?? state
      pauseReason = reading.pauseReason
    }
  }
  return { state, pauseReason, ending: memory.ending?.reason ?? null }
}

describe('readGuestEvent', () => {
  it('tells a full pool from a pause that somebody asked for', () => {
    const ioError: WatchedEvent = {
      name: 'BLOCK_IO_ERROR',
      data: { device: 'd', operation: 'write', action: 'stop', nospace: true, reason: 'No space left on device' },
      timestampMs,
    }
    expect(play([ioError, stop])).toEqual({ state: 'paused', pauseReason: 'io-error', ending: null })
    expect(play([stop])).toEqual({ state: 'paused', pauseReason: null, ending: null })
    expect(play([ioError, stop, resume, stop]).pauseReason).toBeNull()
  })

  it('takes a power-off of the guest as an orderly end, and its STOP as nothing', () => {
    expect(play([shutdown(true, 'guest-shutdown'), stop])).toMatchObject({
      state: 'stopping',
      ending: 'guest-shutdown',
    })
  })

  it('takes a signal from outside as an end that nobody asked for', () => {
    expect(play([shutdown(false, 'host-signal')])).toMatchObject({ state: 'running', ending: 'qemu-exited' })
  })

  it('keeps the panic as the reason, until the machine is reset', () => {
    const reset: WatchedEvent = { name: 'RESET', data: { guest: false, reason: 'host-qmp-system-reset' }, timestampMs }
    expect(play([panic, stop, shutdown(true, 'guest-panic')])).toMatchObject({
      state: 'crashed',
      ending: 'guest-panic',
    })
    expect(play([panic, stop, reset, resume])).toMatchObject({ state: 'running', ending: null })
  })

  it('hears the guest agent’s port, and no other', () => {
    const change = (id: string, open: boolean): WatchedEvent => ({
      name: 'VSERPORT_CHANGE',
      data: { id, open },
      timestampMs,
    })
    expect(readGuestEvent(freshMemory, change('agent-port', true), 'agent-port').guestAgent).toBe('connected')
    expect(readGuestEvent(freshMemory, change('agent-port', false), 'agent-port').guestAgent).toBe('gone')
    expect(readGuestEvent(freshMemory, change('other', true), 'agent-port').guestAgent).toBeNull()
  })
})

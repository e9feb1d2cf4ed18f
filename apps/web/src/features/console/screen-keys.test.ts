import { describe, expect, it } from 'vitest'
import { planPaste } from './paste-plan.ts'
import { keyCombinations, pressStroke, pressTogether } from './screen-keys.ts'

function recorder() {
  const events: string[] = []
  return {
    events,
    sendKey: (_keysym: number, code: string | null, down?: boolean) =>
      void events.push(`${code} ${down ? 'down' : 'up'}`),
  }
}

describe('keys for a screen', () => {
  it('releases a combination in reverse order', () => {
    const sink = recorder()
    pressTogether(sink, keyCombinations[0]?.keys ?? [])
    expect(sink.events).toEqual([
      'ControlLeft down',
      'AltLeft down',
      'Delete down',
      'Delete up',
      'AltLeft up',
      'ControlLeft up',
    ])
  })

  it('holds Shift and AltGr around the keys that need them', () => {
    const sink = recorder()
    for (const stroke of planPaste('A@', 'de').strokes) pressStroke(sink, stroke)
    expect(sink.events).toEqual([
      'ShiftLeft down',
      'KeyA down',
      'KeyA up',
      'ShiftLeft up',
      'AltRight down',
      'KeyQ down',
      'KeyQ up',
      'AltRight up',
    ])
  })
})

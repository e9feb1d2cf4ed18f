import { describe, expect, it } from 'vitest'
import { type FeedTerminal, feedTerminal } from './serial-feed.ts'
import { makeSerialPast } from './serial-past.ts'

/** A terminal that parses when told to, and a socket that both sides can be heard on. */
function pair() {
  const written: string[] = []
  const queue: (() => void)[] = []
  const sent: string[] = []
  let typed: (text: string) => void = () => undefined
  const decoder = new TextDecoder()
  const terminal: FeedTerminal = {
    write(data, onParsed) {
      written.push(typeof data === 'string' ? data : decoder.decode(data))
      if (onParsed) queue.push(onParsed)
    },
    reset: () => void written.push('<reset>'),
    onData(listener) {
      typed = listener
      return { dispose: () => void (typed = () => undefined) }
    },
    onBinary: () => ({ dispose: () => undefined }),
  }
  const socket = Object.assign(new EventTarget(), {
    readyState: WebSocket.OPEN,
    send: (bytes: Uint8Array) => void sent.push(decoder.decode(bytes)),
  })
  const hear = (data: unknown) => socket.dispatchEvent(new MessageEvent('message', { data }))
  const controls: string[] = []
  const answers = { may: true }
  const stop = feedTerminal(terminal, socket as unknown as WebSocket, {
    past: makeSerialPast(),
    mayAnswer: () => answers.may,
    onOpened: () => controls.push('<opened>'),
    onControl: (control) => controls.push(control.type),
  })
  return {
    written,
    answers,
    sent,
    controls,
    stop,
    socket,
    type: (text: string) => typed(text),
    control: (control: object) => hear(JSON.stringify(control)),
    output: (text: string) => hear(new TextEncoder().encode(text).buffer),
    parse: () => queue.splice(0).forEach((parsed) => parsed()),
  }
}

describe('feedTerminal', () => {
  it('starts anew with each history, and sends nothing while it is replayed', () => {
    const { control, output, type, parse, written, sent } = pair()
    control({ type: 'replay', bytes: 5, droppedBytes: 0 })
    output('old\x1b[6n')
    type('\x1b[1;4R')
    control({ type: 'live' })
    type('\x1b[1;4R')
    expect(sent).toEqual([])
    parse()
    type('ls\r')
    expect(written).toEqual(['<reset>', 'old\x1b[6n', ''])
    expect(sent).toEqual(['ls\r'])
  })

  it('says where history was cut', () => {
    const { control, written } = pair()
    control({ type: 'replay', bytes: 5, droppedBytes: 4096 })
    expect(written.join('')).toContain('4096 bytes of older output were cut here')
  })

  it('leaves out what comes faster than it can be drawn, and says so', () => {
    const { output, parse, written } = pair()
    const chunk = 'x'.repeat(3 * 1024 * 1024)
    for (let i = 0; i < 5; i++) output(chunk)
    parse()
    output('after')
    expect(written.filter((text) => text === chunk)).toHaveLength(3)
    expect(written.at(-2)).toContain(`${2 * chunk.length} bytes were too fast to show`)
    expect(written.at(-1)).toBe('after')
  })

  it('ignores control messages that it does not know, and hands on the others', () => {
    const { control, controls } = pair()
    control({ type: 'machine', isOn: false })
    control({ type: 'somethingNewer' })
    expect(controls).toEqual(['machine'])
  })

  it('lets go of the socket and the terminal', () => {
    const { stop, output, type, socket, written, sent, controls } = pair()
    stop()
    output('late')
    type('late')
    socket.dispatchEvent(new Event('open'))
    expect([...written, ...sent, ...controls]).toEqual([])
  })
})

describe('of several terminals on one line', () => {
  const answers = [
    '\x1b[24;80R',
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1b[0n',
    '\x1b[?2004;1$y',
    '\x1b]11;rgb:0/0/0\x1b\\',
  ]
  it('one that does not answer still types', () => {
    const { answers: mine, control, parse, type, sent } = pair()
    control({ type: 'live' })
    parse()
    mine.may = false
    for (const text of [...answers, 'ls\r', '\x1b[A', '\x1b[1;5C', '\x1bOP', '\x1b[15~']) type(text)
    expect(sent).toEqual(['ls\r', '\x1b[A', '\x1b[1;5C', '\x1bOP', '\x1b[15~'])
    mine.may = true
    type('\x1b[24;80R')
    expect(sent.at(-1)).toBe('\x1b[24;80R')
  })
})

import { expect, test } from 'vitest'
import { parseHostCommand } from './join-command-line.ts'

const place = { root: '/opt/berth-agent', cwd: '/root' }
const parse = (...argv: string[]) => parseHostCommand(argv, place, 'Usage')

test('a join needs a panel and a token, and has good defaults', () => {
  expect(parse('join', 'http://10.0.0.1:7400', 'bj1.x')).toEqual({
    verb: 'join',
    panelUrl: 'http://10.0.0.1:7400',
    token: 'bj1.x',
    dataDir: '/var/lib/berth',
    port: 7_443,
    listen: undefined,
    address: undefined,
  })
  const all = ['--port', '7500', '--address', '192.0.2.7', '--listen', '10.0.0.7', '--data', 'here']
  expect(parse('join', 'https://panel', 'bj1.x', ...all)).toMatchObject({
    port: 7_500,
    address: '192.0.2.7',
    listen: '10.0.0.7',
    dataDir: '/root/here',
  })
  const elsewhere = { root: '/srv/agent', cwd: '/' }
  expect(parseHostCommand(['agent', 'stop'], elsewhere, '')).toEqual({
    verb: 'agent',
    action: 'stop',
    dataDir: '/srv/agent/var',
  })
})

test('what is wrong is said with the usage below', () => {
  for (const argv of [
    ['join'],
    ['join', 'panel:7400', 'bj1.x'],
    ['join', 'http://panel'],
    ['join', 'http://panel', 'bj1.x', 'more'],
    ['join', 'http://panel', 'bj1.x', '--port', '0'],
    ['join', 'http://panel', 'bj1.x', '--what'],
    ['agent'],
    ['agent', 'dance'],
  ]) {
    expect(() => parse(...argv), argv.join(' ')).toThrow(/\n\nUsage$/)
  }
})

import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'

const place = { root: '/srv/berth', cwd: '/home/ann' }
const parse = (line: string) => parseCommandLine(line.split(' ').filter(Boolean), place)

test('up without options leaves the choice to the last up', () => {
  expect(parse('up')).toEqual({
    verb: 'up',
    dataDir: '/srv/berth/var',
    port: undefined,
    listen: undefined,
    hostCount: undefined,
  })
})

test('a relative --data is relative to where the user stands', () => {
  expect(parse('up --data here --port 9000 --hosts 3 --listen 0.0.0.0')).toEqual({
    verb: 'up',
    dataDir: '/home/ann/here',
    port: 9000,
    listen: '0.0.0.0',
    hostCount: 3,
  })
})

test('a lab is closed or opened on purpose only', () => {
  expect([parse('up --closed'), parse('up --open')]).toMatchObject([{ isClosed: true }, { isClosed: false }])
})

test('flags, positionals and defaults of the other commands', () => {
  expect(parse('down --vms')).toMatchObject({ verb: 'down', stopMachines: true })
  expect(parse('down')).toMatchObject({ stopMachines: false })
  expect(parse('status --json')).toMatchObject({ verb: 'status', asJson: true })
  expect(parse('logs panel database -n 5 --no-follow')).toMatchObject({
    names: ['panel', 'database'],
    lineCount: 5,
    follow: false,
  })
  expect(parse('bench create --quick')).toEqual({ verb: 'bench', names: ['create'], isQuick: true })
  expect(parse('test unit e2e')).toEqual({ verb: 'test', rings: ['unit', 'e2e'] })
  expect(parse('token create --name ci --expires 30d')).toMatchObject({
    verb: 'token-create',
    name: 'ci',
    expires: '30d',
  })
  expect(parse('user reset-password a@b.c')).toMatchObject({ verb: 'user-reset-password', email: 'a@b.c' })
  expect(parse('')).toEqual({ verb: 'help' })
})

test.each([
  ['up --port 0', '--port takes a whole number from 1 to 65535, not "0"'],
  ['up --port 80x', 'not "80x"'],
  ['up --hosts -1', '--hosts'],
  ['up --colour', "Unknown option '--colour'"],
  ['up now', 'Unexpected argument'],
  ['token', 'token create --name X'],
  ['token create', 'needs --name'],
  ['token create --name x --expires soon', 'like 15m, 12h, 30d'],
  ['user reset-password', 'user reset-password EMAIL'],
  ['fly', 'there is no command "fly"'],
])('%s is refused with the reason and the usage', (line, reason) => {
  expect(() => parse(line)).toThrow(reason)
  expect(() => parse(line)).toThrow('Usage: ./berth')
})

test('demo has a size and a folder of its own', () => {
  expect(parse('demo --hosts 100 --vms 0')).toMatchObject({ verb: 'demo', hostCount: 100, vmsPerHost: 0 })
  expect(parse('demo')).toMatchObject({ dataDir: '/srv/berth/var/demo', hostCount: undefined })
  expect(() => parse('demo --hosts 0')).toThrow('from 1 to 500')
})

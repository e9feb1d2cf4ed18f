/** A host's next certificate: what is taken, and that nobody who is connected notices. */
import { X509Certificate } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { newUuid } from '@berth/core/ids/ids'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestCa } from '../testing/test-ca.ts'
import { TestHost } from '../testing/test-host.ts'
import { loadIdentity } from './host-identity.ts'
import { makeKeyAndRequest } from './key-and-request.ts'

let host: TestHost
beforeEach(async () => {
  host = await TestHost.open()
  await host.start()
})
afterEach(() => host[Symbol.asyncDispose]())

const { requestCertificate } = agentContract.agent
const askForRequest = async (): Promise<string> =>
  requestCertificate.output.parse(await host.calls.mutate('agent.requestCertificate', {})).csrPem
const install = (certificatePem: string) => host.calls.mutate('agent.installCertificate', { certificatePem })
const ownName = () => `host:${host.panel.hostId()}`

/** What the door shows to a new connection. */
async function shownSerial(): Promise<string> {
  const { certPem, keyPem } = await host.panel.ca.makeClient('panel')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const options = { host: '127.0.0.1', port: host.agent.port, ca: host.panel.ca.caPem, cert: certPem, key: keyPem }
  const socket = connect(options, () => resolve(socket.getPeerX509Certificate()?.serialNumber ?? 'none'))
  socket.once('error', reject)
  return promise.finally(() => socket.destroy())
}
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber

it('shows the new certificate to the next connection, keeps the open ones and the machines, and starts again with it', async () => {
  const vmId = await host.defineAndStart()
  const before = await host.observe(vmId)
  const stop = new AbortController()
  const stream = host.calls.events(null, stop.signal)
  await stream.next()
  const oldSerial = await shownSerial()

  const certificatePem = await host.panel.ca.sign(await askForRequest(), ownName())
  await install(certificatePem)

  expect(await shownSerial()).toBe(serialOf(certificatePem))
  expect(serialOf(certificatePem)).not.toBe(oldSerial)
  // The stream from before is told what happens after.
  await host.run({ kind: 'vm.pause', vmId, vmEpoch: 1 })
  let told = ''
  while (!told.includes('"paused"')) told = JSON.stringify((await stream.next()).value)
  stop.abort()
  expect((await host.observe(vmId)).run).toEqual(before.run)

  await host.stop()
  await host.start()
  expect(await shownSerial()).toBe(serialOf(certificatePem))
  expect(host.panel.joinCount()).toBe(1)
})

it('answers the same request until its certificate is there, and takes nothing else', async () => {
  const oldSerial = await shownSerial()
  const own = await makeKeyAndRequest()
  await expect(install(await host.panel.ca.sign(own.csrPem, ownName()))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: 'No key waits for a certificate.',
  })
  const csrPem = await askForRequest()
  expect(await askForRequest()).toBe(csrPem)
  const refused: readonly [RegExp, string][] = [
    [/cannot be read/, 'nonsense'],
    [/another key/, await host.panel.ca.sign(own.csrPem, ownName())],
    [/is not for/, await host.panel.ca.sign(csrPem, `host:${newUuid()}`)],
    [/authority/, await (await createTestCa()).sign(csrPem, ownName())],
    [/ended/, await host.panel.ca.sign(csrPem, ownName(), new Date(Date.now() - 1_000))],
  ]
  for (const [message, certificatePem] of refused) {
    await expect(install(certificatePem), String(message)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(install(certificatePem)).rejects.toThrow(message)
  }
  expect(await shownSerial()).toBe(oldSerial)
  await install(await host.panel.ca.sign(csrPem, ownName()))
  expect(await shownSerial()).not.toBe(oldSerial)
  expect(await askForRequest()).not.toBe(csrPem)
})

it('reads the two files of a host that joined earlier', async () => {
  const { dataDir } = host.config
  const known = await loadIdentity(dataDir)
  await host.stop()
  const folder = join(dataDir, 'identity')
  await writeFile(join(folder, 'key.pem'), known?.keyPem ?? '')
  await writeFile(join(folder, 'cert.pem'), known?.certificatePem ?? '')
  await rm(join(folder, 'pair.pem'))
  expect(await loadIdentity(dataDir)).toEqual(known)
})

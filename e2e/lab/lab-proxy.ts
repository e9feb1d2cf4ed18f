/** A chaos proxy between two hosts of a lab: for what a pulled cable cannot do, as a connection that is half open. */
import { openChaosProxy, type ChaosProxy } from './chaos-proxy.ts'
import type { LabHostPlan, LabPlan } from './lab-plan.ts'
import { inNamespace, run, runUnlessDone } from './network-programs.ts'

export interface LabProxy extends AsyncDisposable {
  readonly chaos: ChaosProxy
}

/**
 * What `from` sends to that port of `to` is turned to the proxy, which stands where the panel is. Connections that were open
 * before go past it.
 */
export async function openLabProxy(
  plan: LabPlan,
  { from, to, port }: { from: LabHostPlan; to: LabHostPlan; port: number },
): Promise<LabProxy> {
  await using undo = new AsyncDisposableStack()
  const chaos = undo.use(
    await openChaosProxy({ target: { host: to.address, port }, listen: { host: plan.panelAddress } }),
  )
  const table = `lab_turn_${port}`
  const script = `table ip ${table} {
  chain output { type nat hook output priority -100; }
}
add rule ip ${table} output ip daddr ${to.address} tcp dport ${port} dnat to ${chaos.host}:${chaos.port}
`
  await run(inNamespace(from.namespace, ['nft', '-f', '-']), script)
  undo.defer(() => runUnlessDone(inNamespace(from.namespace, ['nft', 'delete', 'table', 'ip', table]), /No such file/))
  const kept = undo.move()
  return { chaos, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** What a QEMU is and can: version, machine types, vCPU threads, its own schema. */
import { parseSchemaInfo, type SchemaInfo } from '../schema-info.ts'
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type MachineInfo = QmpCommands['query-machines']['returns'][number]
export type CpuInfo = QmpCommands['query-cpus-fast']['returns'][number]

/** All machine types, newest and aliases included, in no order. */
export const queryMachines = (qmp: QmpClient): Promise<readonly MachineInfo[]> => qmp.execute('query-machines', {})

/** Each vCPU with its thread's id on the host (`thread-id`), for accounting and pinning. Does not stop the guest. */
export const queryCpus = (qmp: QmpClient, options?: ExecuteOptions): Promise<readonly CpuInfo[]> =>
  qmp.execute('query-cpus-fast', {}, options)

/** Whether this process runs by KVM (`enabled`), and whether QEMU was built with it (`present`). */
export const queryKvm = (qmp: QmpClient): Promise<QmpCommands['query-kvm']['returns']> => qmp.execute('query-kvm', {})

/** Everything that this QEMU understands, for compareSchema. Takes it 70 ms: once per binary, not per machine. */
export async function querySchema(qmp: QmpClient): Promise<ReadonlyMap<string, SchemaInfo>> {
  return parseSchemaInfo(await qmp.execute('query-qmp-schema', {}))
}
